using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>Decides whether a device that the ledger does not know may be registered, and as what.</summary>
internal interface IAdmissionPolicy
{
    /// <summary>Decides, in the transaction that enters the device: it may count and mark what the device uses up.</summary>
    Admission Admit(LedgerSession session, DeviceClaim claim, Applicant applicant, DateTimeOffset now);

    /// <summary>Decides whether this applicant may bring another key for a device whose window is open.</summary>
    /// <param name="device">What the device is.</param>
    /// <returns>Why not; null when it may.</returns>
    Refusal? ComplaintAboutRekey(LedgerSession session, DeviceClaim claim, RegistrationTerms device, Applicant applicant, DateTimeOffset now);
}

/// <summary>A decision: either a grant or a refusal.</summary>
internal sealed record Admission
{
    private Admission(RegistrationTerms? grant, Refusal? refusal)
    {
        Grant = grant;
        Refusal = refusal;
    }

    /// <summary>What the device becomes.</summary>
    public RegistrationTerms? Grant { get; }

    /// <summary>Why it does not.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Lets it in.</summary>
    public static Admission Granted(RegistrationTerms grant) => new(grant, null);

    /// <summary>Does not.</summary>
    public static Admission Refused(Refusal refusal) => new(null, refusal);
}

/// <summary>What a device becomes: by the factory's policy, where that has a word, else as it asked.</summary>
internal sealed record RegistrationTerms(string Name, string? Group, string? Tags, bool Production)
{
    /// <summary>As the device asked.</summary>
    public static RegistrationTerms AsAsked(DeviceClaim claim) => new(claim.Name, claim.Group, claim.Tags, claim.Production);
}
