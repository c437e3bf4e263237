using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
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

    /// <summary>The machine that signs what is exported here.</summary>
    internal ECDsa Sender { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        Passphrase.Dispose();
        Recipient.Dispose();
        Sender.Dispose();
        directory.Delete(recursive: true);
    }

    internal Enroller Enroller() => new(new EnrollerOptions(), Observer);

    internal string In(string name) => Path.Join(Directory, name);

    internal DeviceKey MakeKey(string name) => Enroller().MakeKey(Config(name), replace: false, CancellationToken.None);

    internal void Export(string name, KeyProtection seal) => Write(seal, withoutKey: false, MakeKey(name), name + ".json");

    /// <summary>Writes a device's file, signed.</summary>
    internal ExportedEnrollment Write(KeyProtection? seal, bool withoutKey, DeviceKey key, string file, CancellationToken cancellation = default) =>
        Signed(prover => new EnrollmentExport(seal, withoutKey, prover, Observer).Write(key, In(file), cancellation));

    /// <summary>Writes the file of a device without a key, signed.</summary>
    internal ExportedEnrollment Write(SotaConfig config, string file) =>
        Signed(prover => new EnrollmentExport(null, withoutKey: false, prover, Observer).Write(config, In(file)));

    /// <summary>Reads a file that must be the sender's.</summary>
    internal object Read(string file, string place, KeyOpener? opener = null, SotaConfig? machine = null, CancellationToken cancellation = default) =>
        ReadInto(file, opener, machine, null, In(place), cancellation);

    /// <summary>Reads a file that must be the sender's, for a root or a directory.</summary>
    internal object ReadInto(string file, KeyOpener? opener, SotaConfig? machine, string? root, string? place, CancellationToken cancellation = default)
    {
        using var none = KeyOpener.Create(null, null);
        using var sender = SenderCertificate.Load(SenderCertificateFile(), DateTimeOffset.UtcNow);
        using var proofs = new ProofCheck(null, sender);
        return new EnrollmentImport(proofs, opener ?? none, Observer).Read(In(file), machine, root, place, cancellation);
    }

    internal AutoRegisterException Fail(string file, KeyOpener opener) => Assert.Throws<AutoRegisterException>(() => Read(file, "device", opener));

    /// <summary>Writes the file of a key that stays where it was made.</summary>
    internal ExportedEnrollment ExportWithoutKey(DeviceKey key, string file) =>
        Write(null, withoutKey: true, key, file);

    /// <summary>Does to a file what only its sender may do: it is signed anew, as far as it is a document at all.</summary>
    internal void Edit(string file, Action<JsonNode> change)
    {
        Tamper(file, change);
        try
        {
            EnrollmentFile document = JsonSerializer.Deserialize(File.ReadAllBytes(In(file)), EnrollmentFileJson.Default.EnrollmentFile)!;
            EnrollmentFile proven = Signed(prover => prover.Prove(document));
            File.WriteAllBytes(In(file), JsonSerializer.SerializeToUtf8Bytes(proven, EnrollmentFileJson.Default.EnrollmentFile));
        }
        catch (JsonException)
        {
            // It is to be refused for what it is.
        }
    }

    /// <summary>Does to a file what anybody may do to it on its way.</summary>
    internal void Tamper(string file, Action<JsonNode> change)
    {
        JsonNode document = Json(file);
        change(document);
        File.WriteAllText(In(file), document.ToJsonString());
    }

    internal string SenderKeyFile() => Put("sender.key", Sender.ExportPkcs8PrivateKeyPem());

    internal string SenderCertificateFile() => Save(new CertificateRequest("CN=sender", Sender, HashAlgorithmName.SHA256));

    internal JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(In(file)))!;

    /// <summary>A machine that reaches a factory.</summary>
    internal SotaConfig Machine(LocalFactory factory) => Config("station") with { DeviceApi = new Uri(factory.Api), ApiToken = factory.ReadToken() };

    internal async Task<DeviceRegistration> RegisterAsync(LocalFactory factory, DeviceKey key)
    {
        using RegistrationClient client = factory.Connect();
        return await Enroller().RegisterAsync(key, client, CancellationToken.None);
    }

    /// <summary>Writes a device's file that the passphrase proves.</summary>
    internal void Worded(DeviceKey key, string file)
    {
        using var prover = new ProofMaker(Passphrase, null);
        new EnrollmentExport(null, withoutKey: true, prover, Observer).Write(key, In(file), CancellationToken.None);
    }

    /// <summary>Reads one that it must prove.</summary>
    internal object ReadWorded(string file, Secret passphrase)
    {
        using var opener = KeyOpener.Create(passphrase, null);
        using var proofs = new ProofCheck(passphrase, null);
        return new EnrollmentImport(proofs, opener, Observer).Read(In(file), null, null, In("device"), CancellationToken.None);
    }

    /// <summary>Reads one that nothing proves.</summary>
    internal object ReadUnproven(string file, SotaConfig? machine)
    {
        using var opener = KeyOpener.Create(null, null);
        using var proofs = new ProofCheck(null, null);
        return new EnrollmentImport(proofs, opener, Observer).Read(In(file), machine, null, In("device"), CancellationToken.None);
    }

    /// <summary>Reads a file that must be refused, and of which nothing may be left.</summary>
    internal void Refused(string file, Action read, string words)
    {
        string journal = Path.Join(In("device"), ".registration");
        bool before = System.IO.Directory.Exists(journal);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(read);
        Assert.Equal((ErrorId.EnrollmentFileInvalid, In(file)), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.Directory.Exists(journal));
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

    private T Signed<T>(Func<ProofMaker, T> work)
    {
        using var signer = SigningKey.Load(SenderKeyFile(), null);
        using var prover = new ProofMaker(null, signer);
        return work(prover);
    }

    private string Put(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }
}
