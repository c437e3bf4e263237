namespace AutoRegister.Factory.Base;

/// <summary>A request that is answered with an error and the reason, in words for the device's operator.</summary>
internal sealed class RefusedException(RefusalKind kind, string reason) : Exception(reason)
{
    /// <summary>What is wrong with the request.</summary>
    public RefusalKind Kind { get; } = kind;

    /// <summary>A request that says what it must not, or does not say what it must.</summary>
    public static RefusedException Malformed(string reason) => new(RefusalKind.Malformed, reason);

    /// <summary>A UUID or a name that belongs to another registration.</summary>
    public static RefusedException Conflict(string reason) => new(RefusalKind.Conflict, reason);
}
