using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Keys.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Machines that hand devices on to each other, each a directory, and what seals and opens the keys between them.</summary>
internal sealed class HandOver : IDisposable
{
    private readonly DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("hand-over-");

    internal string Directory => directory.FullName;

    internal RecordingObserver Observer { get; } = new();

    internal Secret Passphrase { get; } = SoftHsm.Secret("correct horse");

    internal RSA Recipient { get; } = RSA.Create(2048);

    public void Dispose()
    {
        Passphrase.Dispose();
        Recipient.Dispose();
        directory.Delete(recursive: true);
    }

    internal Enroller Enroller() => new(new EnrollerOptions(), Observer);

    internal string In(string name) => Path.Join(Directory, name);

    internal DeviceKey MakeKey(string name) => Enroller().MakeKey(Config(name), replace: false, CancellationToken.None);

    internal void Export(string name, KeySeal seal) =>
        new EnrollmentExport(seal, withoutKey: false, Observer).Write(MakeKey(name), In(name + ".json"), CancellationToken.None);

    internal object Read(string file, string place, KeyOpener? opener = null, SotaConfig? machine = null)
    {
        using KeyOpener none = KeyOpener.Create(null, null);
        return new EnrollmentImport(opener ?? none, Observer).Read(In(file), machine, null, In(place), CancellationToken.None);
    }

    internal AutoRegisterException Fail(string file, KeyOpener opener) => Assert.Throws<AutoRegisterException>(() => Read(file, "device", opener));

    /// <summary>Writes the file of a key that stays where it was made.</summary>
    internal ExportedEnrollment ExportWithoutKey(DeviceKey key, string file) =>
        new EnrollmentExport(null, withoutKey: true, Observer).Write(key, In(file), CancellationToken.None);

    /// <summary>Does to a file what somebody may do to it on its way.</summary>
    internal void Edit(string file, Action<JsonNode> change)
    {
        JsonNode document = Json(file);
        change(document);
        File.WriteAllText(In(file), document.ToJsonString());
    }

    internal JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(In(file)))!;

    /// <summary>A machine that reaches a factory.</summary>
    internal SotaConfig Machine(LocalFactory factory) => Config("station") with { DeviceApi = new Uri(factory.Api), ApiToken = factory.ReadToken() };

    internal async Task<DeviceRegistration> RegisterAsync(LocalFactory factory, DeviceKey key)
    {
        using RegistrationClient client = factory.Connect();
        return await Enroller().RegisterAsync(key, client, CancellationToken.None);
    }

    internal SotaConfig Config(string name) => new() { Factory = "acme", Tags = ["main"], HardwareId = "board", Name = name, OutputPath = In(name) };

    internal string Certificate(RSA? key = null, X509KeyUsageFlags? usage = null)
    {
        var request = new CertificateRequest("CN=recipient", key ?? Recipient, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        }

        return Save(request);
    }

    internal string Save(CertificateRequest request)
    {
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string path = In(Guid.NewGuid() + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    internal string RecipientKey(string? password)
    {
        string path = In(Guid.NewGuid() + ".pem");
        File.WriteAllText(path, password is null
            ? Recipient.ExportPkcs8PrivateKeyPem()
            : Recipient.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        return path;
    }
}
