using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>"Already registered" is said only of a device whose credentials are whole: each kind of damage ends in an error that names it.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class InstalledDamageTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Theory]
    [InlineData("client.pem", true)]
    [InlineData("client.pem", false)]
    [InlineData("root.crt", true)]
    [InlineData("root.crt", false)]
    public async Task A_bit_that_flipped_anywhere_in_a_certificate_is_seen(string file, bool hasRecord)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"flipped {file} {hasRecord}");
        if (!hasRecord)
        {
            // As another program would have written it, upstream's among them.
            device.Edit("sota.toml", text => text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        }

        Assert.Equal(hasRecord, InstalledCredentials.Inspect(device.Config.SotaPath).Record is not null);
        byte[] whole = Assert.Single(Pem.DecodeAll("CERTIFICATE", File.ReadAllText(device.PathOf(file))));

        // What of the issuer's name and the like has no signature to be checked against needs the record of what was written.
        for (int bit = hasRecord || file == "client.pem" ? 3 : (whole.Length - 64) * 8; bit < whole.Length * 8; bit += 53)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllText(device.PathOf(file), Pem.Encode("CERTIFICATE", flipped));
            Assert.False(InstalledCredentials.Inspect(device.Config.SotaPath).Complete, $"bit {bit} of {file}");
        }

        AutoRegisterException error = Fail(device, device.Config);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        File.WriteAllText(device.PathOf(file), Pem.Encode("CERTIFICATE", whole));
        Assert.True(InstalledCredentials.Inspect(device.Config.SotaPath).Complete);
    }

    [Fact]
    public async Task A_root_that_was_replaced_by_another_whole_one_is_no_damage()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "other root");
        using X509Certificate2 other = Authority("CN=another gateway");
        File.WriteAllText(device.PathOf("root.crt"), other.ExportCertificatePem());
        Assert.Equal(RegistrationState.Registered, Again(device, device.Config).State);
    }

    [Theory]
    [InlineData("certificate")]
    [InlineData("private key")]
    [InlineData("both keys")]
    public async Task What_is_gone_from_the_token_is_named(string what)
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"gone {what}", hsm.Settings);
        using (TokenSession session = hsm.Open(mayInitialize: false))
        {
            session.DestroyObjects(session.FindObjects().Where(o => what switch
            {
                "certificate" => o.Kind == TokenObjectKind.Certificate,
                "private key" => o.Kind == TokenObjectKind.PrivateKey,
                _ => o.Kind != TokenObjectKind.Certificate,
            }));
        }

        AutoRegisterException error = Fail(device, device.Config);
        Assert.Contains(what == "certificate" ? "holds no certificate with id 03, which sota.toml names" : "holds no private key with id 01, which sota.toml names", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_the_certificates_is_named()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "other key", hsm.Settings);
        using (TokenSession session = hsm.Open(mayInitialize: false))
        {
            session.DestroyObjects(session.FindObjects().Where(o => o.Kind != TokenObjectKind.Certificate));
            session.GenerateKey(new KeyRequest("tls", new ObjectId("01"), KeyAlgorithm.EcP256)).Dispose();
        }

        Assert.Contains("are not a pair", Fail(device, device.Config).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_pin_in_sota_toml_is_tried_once_and_never_again()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "wrong pin", hsm.Settings);
        device.Edit("sota.toml", text => text.Replace($"pass = \"{SoftHsm.PinText}\"", "pass = \"11112222\"", StringComparison.Ordinal));
        Assert.Contains("the PIN in sota.toml is not the token's", Fail(device, device.Config).Message, StringComparison.Ordinal);

        // The token says now that a wrong one was tried: from here on nothing is said of the key, and nothing is risked.
        Assert.Equal(RegistrationState.Registered, Again(device, device.Config).State);
        Assert.Contains(device.Observer.Warnings, warning => warning.Contains("no PIN was tried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_not_there_is_worth_waiting_for()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "no token", hsm.Settings);
        using var empty = new SoftHsm();
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Again(device, device.Config));
        Assert.Equal((ErrorId.HsmTokenNotFound, FailureSort.TryAgain), (error.Id, error.Sort));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_renewal_the_key_has_id_07_and_the_certificate_09_and_the_device_is_healthy(bool oldPairIsThere)
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"renewed {oldPairIsThere}", hsm.Settings);
        using (TokenSession session = hsm.Open(mayInitialize: false))
        {
            if (!oldPairIsThere)
            {
                session.DestroyObjects(session.FindObjects());
            }

            using TokenKey key = session.GenerateKey(new KeyRequest("tls-2", new ObjectId("07"), KeyAlgorithm.EcP256));
            session.StoreCertificate(Renew(device, key.SubjectPublicKeyInfo.Span), "client-2", new ObjectId("09"));
        }

        device.Edit("sota.toml", text => text.Replace("tls_pkey_id = \"01\"", "tls_pkey_id = \"07\"", StringComparison.Ordinal).Replace("tls_clientcert_id = \"03\"", "tls_clientcert_id = \"09\"", StringComparison.Ordinal));
        DeviceKey again = Again(device, device.Config);
        Assert.Equal((RegistrationState.Registered, device.Exported.Uuid, "pkcs11:id=%07;type=private"), (again.State, again.Uuid, again.KeyLocation));
        Assert.NotEqual(InstalledCredentials.Inspect(device.Config.SotaPath).Certificate!.KeyFingerprint, again.KeyFingerprint);
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public async Task After_a_renewal_of_a_key_file_the_device_is_healthy()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "renewed file");
        using var key = FileDeviceKey.Create(device.PathOf("pkey.pem"));
        File.WriteAllText(device.PathOf("client.pem"), Pem.Encode("CERTIFICATE", Renew(device, key.SubjectPublicKeyInfo.Span)));
        Assert.Equal(RegistrationState.Registered, Again(device, device.Config).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_that_has_expired_is_no_damage_and_is_said_with_the_way_out(bool inToken)
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"expired {inToken}", inToken ? hsm.Settings : null);
        if (inToken)
        {
            using TokenSession session = hsm.Open(mayInitialize: false);
            TokenKey key = session.GenerateKey(new KeyRequest("tls-new", 7));
            session.StoreCertificate(Renew(device, key.SubjectPublicKeyInfo.Span, days: -1), "client-new", 9);
            device.Edit("sota.toml", text => text.Replace("tls_pkey_id = \"01\"", "tls_pkey_id = \"07\"", StringComparison.Ordinal).Replace("tls_clientcert_id = \"03\"", "tls_clientcert_id = \"09\"", StringComparison.Ordinal));
        }
        else
        {
            using var pair = FileDeviceKey.Create(device.PathOf("pkey.pem"));
            File.WriteAllText(device.PathOf("client.pem"), Pem.Encode("CERTIFICATE", Renew(device, pair.SubjectPublicKeyInfo.Span, days: -1)));
        }

        device.Observer.Warnings.Clear();
        Assert.Equal(RegistrationState.Registered, Again(device, device.Config).State);
        string warning = Assert.Single(device.Observer.Warnings, words => words.Contains("expired at", StringComparison.Ordinal));
        Assert.Contains("the clock of this device says", warning, StringComparison.Ordinal);
        Assert.Contains("New-HsmDeviceKey -Force", warning, StringComparison.Ordinal);

        using var doctor = new Doctor(new DiagnosisOptions { Config = new SotaConfigOptions { Root = device.Config.Root, HsmModule = inToken ? SoftHsm.ModulePath : null, HsmPin = inToken ? hsm.Pin : null, HsmSoPin = inToken ? hsm.SoPin : null } }, device.Observer);
        CheckResult[] found = [await doctor.RunAsync(5, CancellationToken.None), await doctor.RunAsync(14, CancellationToken.None)];
        CheckResult failed = Assert.Single(found, result => result.Status == CheckStatus.Failed);
        Assert.Equal(inToken ? "Key and certificate" : "Clock", failed.Name);
        Assert.Contains("expired at", failed.Seen, StringComparison.Ordinal);
    }

    private static DeviceKey Again(RegisteredDevice device, SotaConfig config) =>
        new Enroller(new EnrollerOptions(), device.Observer).MakeKey(config, replace: false, CancellationToken.None);

    // The exit code is 70: a person must put something back, or register anew.
    private static AutoRegisterException Fail(RegisteredDevice device, SotaConfig config)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Again(device, config));
        Assert.Equal((ErrorId.RegistrationIncomplete, FailureSort.NeedsPerson, (object)config.SotaPath), (error.Id, error.Sort, error.Target));
        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
        return error;
    }

    // As an EST server would: the same subject, byte for byte, another key, and an issuer the device has no certificate of.
    private static byte[] Renew(RegisteredDevice device, ReadOnlySpan<byte> subjectPublicKeyInfo, int days = 20)
    {
        X500DistinguishedName subject = IssuedCertificate.Parse(File.ReadAllText(device.PathOf("client.pem"))).Leaf.SubjectName;
        using X509Certificate2 issuer = Authority("CN=renewal");
        var request = new CertificateRequest(subject, PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _), HashAlgorithmName.SHA256);
        using X509Certificate2 renewed = request.Create(issuer, DateTimeOffset.UtcNow.AddDays(-2).AddHours(1), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return renewed.RawData;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30));
    }
}
