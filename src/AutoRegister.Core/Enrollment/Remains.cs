using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// What is left of an interrupted registration whose entry and its copy are both lost. A certificate of this factory for a key that
/// is here, and that nobody else can have, says who the device is.
/// </summary>
internal sealed class Remains(EnrollmentJournal journal, SotaConfig config, IRegistrationObserver observer)
{
    /// <summary>Makes the entry anew from key, answer and certificate.</summary>
    /// <param name="store">Where the key may be.</param>
    /// <returns>The entry, saved; <see langword="null"/> when nothing proves one.</returns>
    internal JournalEntry? FindEntry(IKeyStore store)
    {
        if (!journal.HasTraces)
        {
            return null;
        }

        IssuedCertificate? answered = FromAnswer();
        foreach (IssuedCertificate certificate in new[] { answered, FromInstalledFile() }.OfType<IssuedCertificate>())
        {
            using IDeviceKey? key = store.Find(certificate.KeyFingerprint);
            if (key is not null && certificate.OrganizationalUnit == config.Factory)
            {
                JournalEntry entry = Describe(certificate, key, store) with
                {
                    State = certificate == answered ? RegistrationState.AnswerReceived : RegistrationState.RequestSent,
                };
                observer.ReportWarning($"The journal is lost, but the {(certificate == answered ? "answer" : "certificate")} for {entry.Uuid} is here and fits the device's key: its registration continues.");
                journal.Save(entry);
                return entry;
            }
        }

        return null;
    }

    /// <summary>Says that nothing says who the device was.</summary>
    internal static void ReportLost(EnrollmentJournal journal, IRegistrationObserver observer) => observer.ReportWarning(
        $"A registration was interrupted, and its journal in '{journal.JournalPath}' is lost: the server may hold a device for it, with a UUID that nobody here knows. "
        + "The registration begins anew; look in the factory for a device that never reports.");

    private JournalEntry Describe(IssuedCertificate certificate, IDeviceKey key, IKeyStore store)
    {
        string? given = config.Uuid ?? store.FindDeviceUuid();
        DeviceSubject subject = new(certificate.CommonName, certificate.OrganizationalUnit, certificate.IsProduction);
        return new JournalEntry
        {
            State = RegistrationState.RequestSent,
            Uuid = subject.Uuid,
            UuidIsOurs = given is null,
            UuidIsHardware = config.Uuid is null && given is not null,
            Factory = subject.Factory,
            Production = subject.Production,
            KeyStore = store.Description,
            KeyFingerprint = certificate.KeyFingerprint,
            CertificateRequest = CertificateRequestBuilder.Build(subject, key),
        };
    }

    private IssuedCertificate? FromAnswer()
    {
        try
        {
            return journal.ReadAnswer() is byte[] body ? Parse(AnswerFiles.Parse(body)[CredentialFileNames.ClientCertificate]) : null;
        }
        catch (Exception e) when (e is InvalidDataException or AutoRegisterException { Id: not ErrorId.ReadFailed })
        {
            return null;
        }
    }

    private IssuedCertificate? FromInstalledFile()
    {
        string path = Path.Join(config.SotaPath, CredentialFileNames.ClientCertificate);
        return SmallFile.TryReadOwn(path) is byte[] pem ? Parse(Encoding.UTF8.GetString(pem)) : null;
    }

    private static IssuedCertificate? Parse(string? pem)
    {
        try
        {
            return pem is null ? null : IssuedCertificate.Parse(pem);
        }
        catch (AutoRegisterException)
        {
            // What is no certificate proves nothing; that it was there is said where the registration begins anew.
            return null;
        }
    }
}
