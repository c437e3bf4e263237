namespace AutoRegister.Factory.Base;

/// <summary>A request that is answered with an error status and the reason, in words for the device's operator.</summary>
internal sealed class RefusedException(int status, string reason) : Exception(reason)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A request that says what it must not, or does not say what it must: 400.</summary>
    public static RefusedException Malformed(string reason) => new(StatusCodes.Status400BadRequest, reason);

    /// <summary>A UUID or a name that belongs to another registration: 409.</summary>
    public static RefusedException Conflict(string reason) => new(StatusCodes.Status409Conflict, reason);
}
