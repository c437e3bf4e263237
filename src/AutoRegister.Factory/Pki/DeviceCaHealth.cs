namespace AutoRegister.Factory.Pki;

/// <summary>Whether the device CA's key can sign.</summary>
/// <param name="Problem">Why it cannot, and what to do; <see langword="null"/> where it can.</param>
internal sealed record DeviceCaHealth(string? Problem)
{
    /// <summary>It can.</summary>
    public static DeviceCaHealth Ready { get; } = new((string?)null);

    /// <summary>Whether it can.</summary>
    public bool IsReady => Problem is null;
}
