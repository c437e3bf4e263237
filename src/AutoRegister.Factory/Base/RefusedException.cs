namespace AutoRegister.Factory.Base;

/// <summary>A request that is answered with an error and the reason.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Reason)
{
    /// <summary>A refusal of a kind, for a reason.</summary>
    public RefusedException(RefusalKind kind, string reason)
        : this(new Refusal(kind, reason))
    {
    }

    /// <summary>What is answered.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>A request that says what it must not, or does not say what it must.</summary>
    public static RefusedException Malformed(string reason) => new(Refusal.Malformed(reason));
}
