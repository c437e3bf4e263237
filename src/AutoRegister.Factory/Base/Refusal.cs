namespace AutoRegister.Factory.Base;

/// <summary>Why a request gets no for an answer, in words for the device's operator.</summary>
/// <param name="RetryAfter">When the same request may succeed, where that is known.</param>
internal sealed record Refusal(RefusalKind Kind, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>A request that says what it must not, or does not say what it must.</summary>
    public static Refusal Malformed(string reason) => new(RefusalKind.Malformed, reason);

    /// <summary>A UUID, a name or a key that belongs to another registration.</summary>
    public static Refusal Conflict(string reason) => new(RefusalKind.Conflict, reason);

    /// <summary>A request by somebody who may not make it.</summary>
    public static Refusal Forbidden(string reason) => new(RefusalKind.Forbidden, reason);
}
