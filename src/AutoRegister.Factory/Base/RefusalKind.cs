namespace AutoRegister.Factory.Base;

/// <summary>Why a request is refused. The room Http knows the HTTP status.</summary>
internal enum RefusalKind
{
    /// <summary>It says what it must not, or does not say what it must.</summary>
    Malformed,

    /// <summary>It comes in another form than JSON in UTF-8.</summary>
    UnsupportedContent,

    /// <summary>Its API token or access token is none of ours.</summary>
    Unauthenticated,

    /// <summary>Its token is for another device.</summary>
    Forbidden,

    /// <summary>Its UUID or name belongs to another registration.</summary>
    Conflict,
}
