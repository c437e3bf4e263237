using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Takes the certificate that came with a manufacturer's key where a server's answer would be: the device is known to its factory
/// already, and only its configuration is missing. What makes the device's UUID then is the certificate's CN.
/// </summary>
internal sealed class ProvisionedCertificate(DeviceKey key, ProvisionedGateway gateway, TimeProvider time, IRegistrationObserver observer)
{
    private readonly DateTimeOffset now = time.GetUtcNow();

    /// <summary>Finds the certificate and makes of it what a registration would have answered.</summary>
    /// <returns>The entry to be remembered with the answer, and the answer, checked as a server's is.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmCertificateNotFound"/>, saying what is wrong with those there are.</exception>
    internal (JournalEntry Entry, RegistrationAnswer Answer) Take(JournalEntry entry)
    {
        if (key.Config.Hsm is not HsmSettings hsm || key.Config.Decisions.ExistingKey is null)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid, "Only a key that was in the token before can have come with a certificate.", "Name it with New-HsmDeviceKey -UseExisting.", key.KeyLocation);
        }

        (string id, IssuedCertificate certificate) = Find(hsm, entry);
        DeviceUuid.Require(certificate.CommonName, key.Config.ValidateUuid, $"The certificate with id {id} in the token '{hsm.TokenLabel}'", observer);
        observer.ReportStep($"Taking the certificate with id {id} of the token '{hsm.TokenLabel}' for {certificate.CommonName}: the device is not registered again");
        bool mayBeRegistered = entry.State >= RegistrationState.RequestSent && entry.Uuid != certificate.CommonName;
        if (mayBeRegistered)
        {
            observer.ReportWarning($"The server may hold a device with the UUID {entry.Uuid} for an attempt that is given up; delete it there.");
        }

        entry = entry with
        {
            State = RegistrationState.AnswerReceived,
            Orphans = mayBeRegistered ? [.. entry.Orphans, entry.Uuid] : entry.Orphans,
            Uuid = certificate.CommonName,
            UuidIsOurs = false,
            CertificateId = id,
        };
        return (entry, RegistrationAnswer.Check(AnswerFiles.Of(Files(entry, certificate)), entry.Subject, entry.KeyFingerprint, now));
    }

    private (string Id, IssuedCertificate Certificate) Find(HsmSettings hsm, JournalEntry entry)
    {
        var fitting = new List<(string Id, IssuedCertificate Certificate)>();
        var problems = new List<string>();
        using var session = TokenSession.OpenPublic(hsm, observer);
        foreach (TokenObject found in session.FindObjects().Where(o => o.Kind == TokenObjectKind.Certificate))
        {
            if (Parse(session.ReadCertificate(found)) is not IssuedCertificate certificate)
            {
                continue;
            }

            string? problem = Difference(found, certificate, entry);
            if (problem is null)
            {
                fitting.Add((found.Id, certificate));
            }
            else
            {
                problems.Add($"the {found} {problem}");
            }
        }

        if (fitting.Count == 0)
        {
            throw new AutoRegisterException(
                ErrorId.HsmCertificateNotFound,
                $"No certificate in {session.Token} is one for this device: {string.Join("; ", problems.DefaultIfEmpty("it holds none"))}.",
                target: key.Config.Decisions.ExistingKey);
        }

        (string Id, IssuedCertificate Certificate) chosen = fitting.MaxBy(one => one.Certificate.NotAfter);
        if (fitting.Count > 1)
        {
            observer.ReportWarning($"{fitting.Count} certificates in {session.Token} are for this device; the one that is valid longest is taken (id {chosen.Id}).");
        }

        return chosen;
    }

    // A UUID of our own making is no reason to refuse a certificate; one that somebody chose is.
    private string? Difference(TokenObject found, IssuedCertificate certificate, JournalEntry entry) =>
        certificate.FindDifference(entry.UuidIsOurs ? entry.Subject with { Uuid = certificate.CommonName } : entry.Subject, entry.KeyFingerprint, now)
        ?? (new ObjectId(found.Id).SuitsOtaClient ? null : "has an id that the OTA client's two programs do not agree on; they do on 01 to 09");

    private static IssuedCertificate? Parse(byte[]? certificate)
    {
        try
        {
            return certificate is null ? null : IssuedCertificate.Parse(Pem.Encode("CERTIFICATE", certificate));
        }
        catch (AutoRegisterException)
        {
            return null;
        }
    }

    private Dictionary<string, string> Files(JournalEntry entry, IssuedCertificate certificate)
    {
        RegistrationRequest request = RegistrationRequestBuilder.Build(key.Config, entry.Uuid, entry.CertificateRequest, observer);
        return new Dictionary<string, string>
        {
            [CredentialFileNames.RootCertificate] = gateway.RootCertificate,
            [CredentialFileNames.ClientCertificate] = Pem.Encode("CERTIFICATE", certificate.Leaf.RawDataMemory.Span),
            [CredentialFileNames.SotaToml] = SotaTomlTemplate.For(request, gateway.Server, gateway.OstreeServer).With(request.Overrides).ToString(),
        };
    }
}
