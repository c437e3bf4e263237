using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A device that went the whole way against the local factory, in a directory of its own.</summary>
internal sealed class RegisteredDevice : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("registered-");
    private readonly Secret token;

    private RegisteredDevice(LocalFactory factory, string name, HsmSettings? hsm)
    {
        token = factory.ReadToken();
        Config = new SotaConfig
        {
            Root = directory.FullName, Factory = "acme", Tags = ["main"], HardwareId = "board", Name = name,
            DeviceApi = new Uri(factory.Api), ApiToken = token, Hsm = hsm,
        };
    }

    internal SotaConfig Config { get; }

    internal RecordingObserver Observer { get; } = new();

    internal ExportedCredentials Exported { get; private set; } = null!;

    internal static async Task<RegisteredDevice> MakeAsync(LocalFactory factory, string name, HsmSettings? hsm = null, KeyAlgorithm algorithm = KeyAlgorithm.EcP256)
    {
        var device = new RegisteredDevice(factory, name, hsm);
        device.Exported = await device.RegisterAsync(factory, device.Config, new KeyChoice { Algorithm = algorithm });
        return device;
    }

    /// <summary>Goes the whole way, once more for a device that has gone it.</summary>
    internal async Task<ExportedCredentials> RegisterAsync(LocalFactory factory, SotaConfig config, KeyChoice choice)
    {
        var enroller = new Enroller(new EnrollerOptions(), Observer);
        DeviceKey key = enroller.MakeKey(config, choice, CancellationToken.None);
        using RegistrationClient client = factory.Connect();
        return enroller.Export(await enroller.RegisterAsync(key, client, CancellationToken.None), CancellationToken.None);
    }

    internal string PathOf(string file) => Path.Join(Config.SotaPath, file);

    internal void Edit(string file, Func<string, string> change) => File.WriteAllText(PathOf(file), change(File.ReadAllText(PathOf(file))));

    /// <summary>Sends the device to another gateway.</summary>
    internal void Point(string server) => Edit("sota.toml", text => new Regex("(?m)^server = .*$").Replace(text, $"server = \"{server}\"", 1));

    /// <summary>Makes the files of a rotation, as fioconfig does before it names them in <c>sota.toml</c>.</summary>
    /// <returns>The fingerprint of the new key.</returns>
    internal string RotateFiles()
    {
        using var key = FileDeviceKey.Create(PathOf("pkey.3274113.pem"));
        File.WriteAllText(PathOf("client.98.pem"), Pem.Encode("CERTIFICATE", Renew(key.SubjectPublicKeyInfo.Span)));
        return PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span);
    }

    /// <summary>Names them.</summary>
    internal void UseRotatedFiles() =>
        Edit("sota.toml", text => text.Replace("/pkey.pem", "/pkey.3274113.pem", StringComparison.Ordinal).Replace("/client.pem", "/client.98.pem", StringComparison.Ordinal));

    /// <summary>As an EST server does: the same subject, byte for byte, and another key; here of an issuer the device has no certificate of.</summary>
    /// <returns>The certificate, DER.</returns>
    internal byte[] Renew(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedName subject = IssuedCertificate.Parse(File.ReadAllText(PathOf("client.pem"))).Leaf.SubjectName;
        var request = new CertificateRequest(subject, PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _), HashAlgorithmName.SHA256);
        using X509Certificate2 renewed = request.Create(
            new X500DistinguishedName("CN=renewal"), X509SignatureGenerator.CreateForECDsa(authority), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(1), RandomNumberGenerator.GetBytes(8));
        return renewed.RawData;
    }

    public void Dispose()
    {
        token.Dispose();
        directory.Delete(recursive: true);
    }
}
