using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>The rules of development: every device becomes what it asks to be.</summary>
internal sealed class OpenPolicy : IAdmissionPolicy
{
    /// <inheritdoc/>
    public Admission Admit(LedgerSession session, DeviceClaim claim, Applicant applicant, DateTimeOffset now) =>
        Admission.Granted(RegistrationTerms.AsAsked(claim));

    /// <inheritdoc/>
    public Refusal? ComplaintAboutRekey(LedgerSession session, DeviceClaim claim, RegistrationTerms device, Applicant applicant, DateTimeOffset now) => null;
}
