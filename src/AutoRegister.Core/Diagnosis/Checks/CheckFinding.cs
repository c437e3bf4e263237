using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What a check found.</summary>
/// <param name="Remedy">What to do about it.</param>
internal sealed record CheckFinding(CheckStatus Status, string Seen, string Remedy = "")
{
    internal static CheckFinding Passed(string seen) => new(CheckStatus.Passed, seen);

    internal static CheckFinding Warning(string seen, string remedy) => new(CheckStatus.Warning, seen, remedy);

    internal static CheckFinding Failed(string seen, string remedy) => new(CheckStatus.Failed, seen, remedy);

    internal static CheckFinding Skipped(string seen, string remedy = "") => new(CheckStatus.Skipped, seen, remedy);

    /// <summary>A failure as a finding. That only root may read a file says nothing about the device.</summary>
    internal static CheckFinding From(AutoRegisterException e) => e.Id is ErrorId.FileUnreadable or ErrorId.ReadFailed && !Environment.IsPrivilegedProcess
        ? Skipped(e.Message, "Run this as root.")
        : Failed(e.Message, e.RecommendedAction);
}
