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

    /// <summary>Who sends it may not register this device, or not so.</summary>
    Forbidden,

    /// <summary>Its UUID, name or key belongs to another registration.</summary>
    Conflict,

    /// <summary>A person must accept the device first.</summary>
    Pending,

    /// <summary>Too many came from there.</summary>
    TooMany,

    /// <summary>Something is not to be had now that will be again.</summary>
    Unavailable,
}
