using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Enrollment;

/// <summary>The answer that an earlier run made durable, checked as if it had just come, but for the time.</summary>
internal static class KeptAnswer
{
    /// <summary>Reads it back.</summary>
    /// <param name="entry">Whom it must be for.</param>
    /// <param name="keys">What <c>sota.toml</c> may have.</param>
    /// <param name="observer">Told when it is damaged.</param>
    /// <returns>The answer; <see langword="null"/> when there is none that can be used.</returns>
    internal static RegistrationAnswer? Read(EnrollmentJournal journal, JournalEntry entry, SotaKeys keys, IRegistrationObserver observer)
    {
        try
        {
            byte[]? body = journal.ReadAnswer();
            return body is null ? null : RegistrationAnswer.Check(AnswerFiles.Parse(body), entry.Subject, entry.KeyFingerprint, now: null, keys);
        }
        catch (Exception e) when (e is InvalidDataException or AutoRegisterException { Id: not ErrorId.ReadFailed })
        {
            observer.ReportWarning($"The answer in '{journal.JournalPath}' is damaged and is asked for again: {e.Message}");
            return null;
        }
    }
}
