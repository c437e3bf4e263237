using System.Security.Cryptography;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>From a durable answer to credentials in place. Needs no network, and can be repeated from any point.</summary>
internal sealed class ExportStep(DeviceRegistration registration, IRegistrationObserver observer) : EnrollmentStep<ExportedCredentials>(registration.Key.Config, observer)
{
    public override string Name => "put the credentials in place";

    protected override Task<ExportedCredentials> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private ExportedCredentials Run()
    {
        JournalEntry? entry = registration.State == RegistrationState.Registered ? null : Journal.Read(Observer);
        if (entry is null || registration.Answer is not RegistrationAnswer answer)
        {
            return AlreadyThere();
        }

        if (entry.Uuid != registration.Uuid || entry.State != RegistrationState.AnswerReceived)
        {
            throw Incomplete("the journal belongs to another attempt");
        }

        if (entry.KeyIsElsewhere)
        {
            throw new AutoRegisterException(
                ErrorId.RegistrationIncomplete,
                $"The private key of {registration.Name} is not on this machine, or only sealed.",
                "Hand the device on with Export-DeviceEnrollment, or import it with what opens the key.",
                Config.SotaPath);
        }

        string keyLocation = Path.Join(Config.SotaPath, CredentialFileNames.PrivateKey);
        SotaConfig written = WithCertificateId(entry);
        SotaToml toml = new SotaPlaces(written, Placed(answer)).Fit(answer.Toml, Observer);

        // Read back before anything is put in place: what cannot be written stops here.
        byte[] text = toml.Encode(written.Hsm, written.Decisions, RegistrationRecord.Of(written.Name, written.DeviceGroup, answer));
        IReadOnlyList<string> files;
        try
        {
            if (written.Hsm is not null)
            {
                keyLocation = registration.Key.KeyLocation;
                StoreInToken(written.Hsm, written.Decisions, answer);
            }

            files = CredentialWriter.Write(written, answer, text, Journal);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }

        Journal.RemoveAfterwards(Observer);
        Observer.ReportStep("Device is now registered.");
        return new ExportedCredentials
        {
            Uuid = registration.Uuid,
            Name = registration.Name,
            Factory = registration.Factory,
            AlreadyRegistered = false,
            Path = Config.SotaPath,
            Files = files,
            KeyLocation = keyLocation,
            GatewayServer = registration.GatewayServer,
            CertificateSerialNumber = registration.CertificateSerialNumber,
            NotAfter = registration.NotAfter,
            Attempts = registration.Attempts,
        };
    }

    /// <summary>A certificate that came with the key stays where it is, and <c>sota.toml</c> gets its id.</summary>
    private SotaConfig WithCertificateId(JournalEntry entry) => entry.CertificateId.Length == 0 || Config.Hsm is null ? Config
        : Config with { Decisions = Config.Decisions with { ExistingCertificateId = entry.CertificateId } };

    private void StoreInToken(HsmSettings hsm, TokenDecisions decisions, RegistrationAnswer answer)
    {
        using var session = TokenSession.OpenPublic(hsm, Observer);

        // At a PIN pad a person would have to type the PIN once more.
        if (!session.Token.HasProtectedAuthenticationPath)
        {
            session.LogIn();
        }

        RequireKey(session, hsm, decisions, answer);
        if (decisions.ExistingCertificateId is null)
        {
            session.StoreCertificate(answer.Certificate.Leaf.RawDataMemory, hsm.Objects.CertificateLabel, hsm.Objects.CertificateId);
            Observer.ReportStep($"Certificate written to the token '{hsm.TokenLabel}'");
        }

        RequireCertificate(session, hsm, decisions, answer);
        session.MakeDurable();
    }

    /// <summary>
    /// What <c>sota.toml</c> is about to name must be in the token, and the PIN that goes in there must be the token's: the OTA client
    /// would try a wrong one until it is locked. The key was made, or imported, some time ago.
    /// </summary>
    private static void RequireKey(TokenSession session, HsmSettings hsm, TokenDecisions decisions, RegistrationAnswer answer)
    {
        bool isShown = !session.Token.HasProtectedAuthenticationPath;
        string id = decisions.ExistingKey?.Id ?? hsm.Objects.KeyId.Hex;
        TokenObject[] keys = [.. session.FindObjects(new ObjectId(id)).Where(o => o.Kind != TokenObjectKind.Certificate && (!isShown || o.Kind == TokenObjectKind.PrivateKey))
            .OrderByDescending(o => o.Label == (decisions.ExistingKey?.Label ?? hsm.Objects.KeyLabel))];
        if (keys.Length == 0 && (isShown || decisions.ExistingKey is null))
        {
            throw new AutoRegisterException(
                ErrorId.HsmKeyNotFound, $"The {(isShown ? "private" : "device")} key is not in {session.Token} under the id {id}, by which the OTA client looks for it.", target: hsm.TokenLabel);
        }

        if (isShown)
        {
            session.Prove(keys[0], answer.Certificate.Leaf.PublicKey.ExportSubjectPublicKeyInfo());
        }
    }

    private static void RequireCertificate(TokenSession session, HsmSettings hsm, TokenDecisions decisions, RegistrationAnswer answer)
    {
        string certificate = decisions.ExistingCertificateId ?? hsm.Objects.CertificateId.Hex;
        if (!session.FindObjects(new ObjectId(certificate)).Any(o => o.Kind == TokenObjectKind.Certificate && o.PublicKeyHash == answer.Certificate.KeyFingerprint))
        {
            throw new AutoRegisterException(
                ErrorId.HsmCertificateNotFound, $"The device certificate is not in {session.Token} under the id {certificate}, by which the OTA client looks for it.", target: hsm.TokenLabel);
        }
    }

    private string[] Placed(RegistrationAnswer answer) => Config.Hsm is null ? [.. answer.Files.Keys, CredentialFileNames.PrivateKey] : [.. answer.Files.Keys];

    private ExportedCredentials AlreadyThere()
    {
        var installed = InstalledCredentials.Inspect(Config.SotaPath);
        if (!installed.Complete)
        {
            throw Incomplete(string.Join("; ", installed.Problems.DefaultIfEmpty("no journal and no credentials are there")));
        }

        // After a renewal in a token the file is the certificate from before it.
        IssuedCertificate? certificate = registration.Key.Certificate ?? installed.Certificate;
        return new ExportedCredentials
        {
            Uuid = registration.Uuid,
            Name = installed.Record?.Name ?? Config.Name ?? registration.Uuid,
            Factory = certificate is not null && !certificate.OrganizationalUnits.Contains(registration.Factory) ? certificate.OrganizationalUnit : registration.Factory,
            AlreadyRegistered = true,
            Path = Config.SotaPath,
            Files = installed.Files,
            KeyLocation = registration.Key.KeyLocation,
            GatewayServer = installed.Toml!.GatewayServer,
            CertificateSerialNumber = certificate?.Leaf.SerialNumber ?? string.Empty,
            NotAfter = certificate?.NotAfter,
        };
    }

    private AutoRegisterException Incomplete(string what) => new(
        ErrorId.RegistrationIncomplete,
        $"'{Config.SotaPath}' cannot be completed: {what}.",
        "Begin again with New-HsmDeviceKey.",
        Config.SotaPath);
}
