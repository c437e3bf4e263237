using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Storage;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>How far the registration has come.</summary>
internal sealed class RegistrationCheck() : LocalCheck("Registration")
{
    private const string Continue = "Run the registration again: it continues where it stopped.";

    protected override CheckFinding Run(DiagnosisContext context)
    {
        EnrollmentJournal journal = JournalOf(context.SotaPath, context.Inputs.Root);
        JournalEntry? entry = journal.Peek(out string damage);
        if (damage.Length > 0)
        {
            return CheckFinding.Warning($"The journal of an unfinished registration is {damage}.", "Run the registration again: it sets the journal aside and goes on from what is intact.");
        }

        if (entry is not null)
        {
            return entry.Origin.FindDifference(journal.Here()) is string difference
                ? CheckFinding.Warning($"Unfinished: the journal was made on another machine ({difference}).", "Run the registration: this device begins anew, with a key of its own.")
                : CheckFinding.Warning($"Unfinished: {Words(entry.State)}, for the device {entry.Uuid}", Continue);
        }

        if (!context.Installed.Complete && journal.PeekIdentity() is JournalEntry copy)
        {
            return CheckFinding.Warning($"Unfinished: journal.json is gone from '{journal.JournalPath}', and its copy identity.json says that this is the device {copy.Uuid}.", Continue);
        }

        if (!context.Installed.Any)
        {
            return CheckFinding.Passed("None yet");
        }

        return context.Installed.Complete
            ? CheckFinding.Passed($"Registered{(context.Installed.Certificate is { } certificate ? $": device {certificate.CommonName} of factory {string.Join(", ", certificate.OrganizationalUnits)}" : string.Empty)}")
            : CheckFinding.Failed(
                $"'{context.SotaPath}' holds parts of a registration: {string.Join("; ", context.Installed.Problems)}.",
                ErrorId.RegistrationIncomplete.RemedyOf());
    }

    // What a line remembers of a device counts as long as the device has no journal of its own.
    private static EnrollmentJournal JournalOf(string sotaPath, string root)
    {
        var own = new EnrollmentJournal(sotaPath, root);
        return !Directory.Exists(own.JournalPath) && LineFolders.LeftOf(sotaPath) is [LineDevice left, ..] ? new EnrollmentJournal(sotaPath, root, left) : own;
    }

    private static string Words(RegistrationState state) => state switch
    {
        RegistrationState.KeyMade => "the key is made, nothing was sent",
        RegistrationState.RequestSent => "the request was sent, no answer is here",
        RegistrationState.AnswerReceived => "the answer is here, the credentials are not in place",
        _ => "nothing is made yet",
    };
}
