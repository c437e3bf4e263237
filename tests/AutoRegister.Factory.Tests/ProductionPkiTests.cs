using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>A folder of <c>fioctl keys ca</c> that is whole works as it is; one that is not is refused with the name of the file.</summary>
[Collection(FioctlFolder.Collection)]
public sealed class ProductionPkiTests : IDisposable
{
    private readonly FioctlFolder folder = new();

    [Fact]
    public void A_whole_folder_is_read_as_it_is_and_nothing_is_added()
    {
        IOrderedEnumerable<string> before = Directory.GetFiles(folder.Path).Order();
        var said = new List<string>();
        using FactoryPki pki = folder.Open(report: said.Add);
        Assert.Equal(before, Directory.GetFiles(folder.Path).Order());
        Assert.Empty(said);
        Assert.Equal([FioctlFolder.GatewayHost], pki.GatewayNames);
        Assert.Equal(FactoryProcess.FactoryName, pki.DeviceCa.Factory);
        Assert.Equal(["fio-user", "online"], pki.TrustedCas.Select(ca => DistinguishedName.Find(ca.Facts.Subject, DistinguishedName.CommonName)));
        Assert.True(pki.Server.Current.Leaf.HasPrivateKey);
        Assert.Equal(File.ReadAllText(folder["factory_ca.pem"]), pki.Roots.Pem);
    }

    [Fact]
    public async Task What_it_signs_openssl_verifies_up_to_the_root()
    {
        using FactoryPki pki = folder.Open();
        using var device = new TestDevice();
        var issuer = new CertificateIssuer(pki.DeviceCa, pki.DeviceCaKey);
        SigningRequest request = new SigningRequestReader(new HashSet<DeviceKeyType> { DeviceKeyType.P256 }).Read(device.Csr());
        DeviceCertificate certificate = await issuer.SignAsync(issuer.Template.Fill(request, TimeSpan.FromDays(7300), DateTimeOffset.UtcNow).Der);
        string path = folder["client.pem"];
        File.WriteAllText(path, certificate.Pem);
        Assert.Contains("OK", Tool.Run("openssl", "verify", "-purpose", "sslclient", "-CAfile", folder["factory_ca.pem"], "-untrusted", folder["local-ca.pem"], path), StringComparison.Ordinal);
        Assert.Equal(pki.DeviceCa.Facts.NotAfter, certificate.Facts.NotAfter);
    }

    [Theory]
    [InlineData("factory_ca.pem")]
    [InlineData("local-ca.pem")]
    [InlineData("local-ca.key")]
    [InlineData("tls-crt")]
    [InlineData("tls.pem")]
    [InlineData("tls.key")]
    public void A_file_that_is_missing_or_empty_or_no_PEM_is_named(string name)
    {
        File.Delete(folder[name]);
        Assert.Contains("is missing", Refuses(folder[name]), StringComparison.Ordinal);
        File.WriteAllText(folder[name], "");
        File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Refuses(folder[name]);
        File.WriteAllText(folder[name], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Refuses(folder[name]);
    }

    [Theory]
    [InlineData("local-ca.key")]
    [InlineData("tls.key")]
    public void A_key_that_others_may_read_is_refused(string name)
    {
        File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("its group", Refuses(folder[name]), StringComparison.Ordinal);
        File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("everybody", Refuses(folder[name]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_as_open_as_what_it_leads_to()
    {
        File.Move(folder["local-ca.key"], folder["real.key"]);
        File.CreateSymbolicLink(folder["local-ca.key"], folder["real.key"]);
        folder.Open().Dispose();
        File.SetUnixFileMode(folder["real.key"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Refuses(folder["local-ca.key"]);
    }

    [Theory]
    [InlineData("local-ca.key")]
    [InlineData("tls.key")]
    public void A_key_of_something_else_is_refused(string name)
    {
        File.Delete(folder[name]);
        FioctlFolder.MakeKey(folder[name]);
        Assert.Contains("is not the key of", Refuses(folder[name]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("factory_ca.pem", "local-ca.pem", "factory_ca.pem")]
    [InlineData("tls-crt", "local-ca.pem", "local-ca.pem")]
    [InlineData("tls-crt", "tls.pem", "tls.pem")]
    [InlineData("local-ca.key", "tls.key", "local-ca.key")]
    public void Files_that_were_swapped_are_refused(string one, string other, string named)
    {
        File.Move(folder[one], folder["aside"]);
        File.Move(folder[other], folder[one]);
        File.Move(folder["aside"], folder[other]);
        Refuses(folder[named]);
    }

    [Fact]
    public void A_root_of_another_factory_is_refused()
    {
        using var other = new FioctlFolder();
        File.Copy(other["factory_ca.pem"], folder["factory_ca.pem"], overwrite: true);
        Assert.Contains("is not signed by a root of", Refuses(folder["local-ca.pem"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_CA_of_another_factory_or_without_the_rights_of_a_CA_is_refused()
    {
        folder.MakeDeviceCaAnew("local-ca", "other");
        Assert.Contains("'other'", Refuses(folder["local-ca.pem"]), StringComparison.Ordinal);
        folder.MakeDeviceCaAnew("local-ca", FactoryProcess.FactoryName, "keyUsage=critical, keyCertSign\nbasicConstraints=critical, CA:FALSE");
        Assert.Contains("no CA's", Refuses(folder["local-ca.pem"]), StringComparison.Ordinal);
        folder.MakeDeviceCaAnew("local-ca", FactoryProcess.FactoryName, "keyUsage=critical, digitalSignature\nbasicConstraints=critical, CA:TRUE");
        Assert.Contains("keyCertSign", Refuses(folder["local-ca.pem"]), StringComparison.Ordinal);
        folder.MakeDeviceCaAnew("online", "other");
        File.Move(folder["online.pem"], folder["online-crt"], overwrite: true);
        folder.MakeDeviceCaAnew("local-ca", FactoryProcess.FactoryName);
        Refuses(folder["online-crt"]);
    }

    [Theory]
    [InlineData(-1, "factory_ca.pem", "is not valid before")]
    [InlineData(11, "local-ca.pem", "expired at")]
    [InlineData(21, "factory_ca.pem", "expired at")]
    public void What_is_not_valid_now_is_refused(int years, string name, string words) => Assert.Contains(
        words,
        Refuses(folder[name], clock: new ManualClock { Now = DateTimeOffset.UtcNow.AddYears(years) }),
        StringComparison.Ordinal);

    [Fact]
    public void A_TLS_certificate_that_has_expired_or_is_for_another_host_or_use_is_refused()
    {
        folder.MakeTls(days: 30);
        Assert.Contains("expired at", Refuses(folder["tls.pem"], clock: new ManualClock { Now = DateTimeOffset.UtcNow.AddDays(40) }), StringComparison.Ordinal);
        folder.MakeTls("other.example.org");
        Assert.Contains(FioctlFolder.Host, Refuses(folder["tls.pem"]), StringComparison.Ordinal);
        folder.MakeTls(usage: "clientAuth");
        Refuses(folder["tls.pem"]);
    }

    [Fact]
    public void Several_roots_may_be_there_and_a_second_device_CA_is_trusted()
    {
        folder.MakeDeviceCa("old-ca", "fio-before", FactoryProcess.FactoryName);
        FioctlFolder.MakeKey(folder["other-root.key"]);
        folder.MakeRoot("other-root.pem", folder["other-root.key"]);
        File.SetUnixFileMode(folder["factory_ca.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(folder["factory_ca.pem"], File.ReadAllText(folder["other-root.pem"]) + File.ReadAllText(folder["factory_ca.pem"]));
        using FactoryPki pki = folder.Open(settings => settings with { TrustedCas = ["old-ca.pem"] });
        Assert.Equal(2, pki.Roots.All.Count);
        Assert.Equal(3, pki.TrustedCas.Count);
        Refuses(folder["gone-ca.pem"], settings => settings with { TrustedCas = ["gone-ca.pem"] });
    }

    [Fact]
    public void The_key_of_the_root_is_warned_of_and_not_read()
    {
        File.WriteAllText(folder["factory_ca.key"], "not a key at all");
        var said = new List<string>();
        using FactoryPki pki = folder.Open(report: said.Add);
        Assert.Contains(folder["factory_ca.key"], Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_may_be_encrypted_with_a_passphrase_from_a_file()
    {
        File.WriteAllText(folder["passphrase"], "correct horse\n");
        File.SetUnixFileMode(folder["passphrase"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Tool.Run("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", folder["local-ca.key"], "-passout", $"file:{folder["passphrase"]}", "-out", folder["sealed.key"]);
        File.SetUnixFileMode(folder["sealed.key"], UnixFileMode.UserRead);
        PkiSettings Sealed(PkiSettings settings) => settings with { DeviceCaKey = "sealed.key", PassphraseFile = "passphrase" };
        folder.Open(Sealed).Dispose();

        Assert.Contains("is encrypted", Refuses(folder["sealed.key"], settings => settings with { DeviceCaKey = "sealed.key" }), StringComparison.Ordinal);
        File.WriteAllText(folder["passphrase"], "wrong horse\n");
        string words = Refuses(folder["passphrase"], Sealed);
        Assert.DoesNotContain("wrong horse", words, StringComparison.Ordinal);
        File.Delete(folder["passphrase"]);
        Refuses(folder["passphrase"], Sealed);
    }

    [Fact]
    public void A_systemd_credential_shows_its_access_list_as_the_group_s_mode()
    {
        string credentials = Directory.CreateDirectory(folder["credentials"]).FullName;
        File.Move(folder["local-ca.key"], Path.Combine(credentials, "device-ca-key"));
        File.SetUnixFileMode(Path.Combine(credentials, "device-ca-key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        PkiSettings InCredential(PkiSettings settings) => settings with { DeviceCaKey = Path.Combine(credentials, "device-ca-key") };
        Refuses(credentials, InCredential);
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", credentials);
        try
        {
            folder.Open(InCredential).Dispose();
            File.SetUnixFileMode(Path.Combine(credentials, "device-ca-key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Refuses(credentials, InCredential);
        }
        finally
        {
            Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        }
    }

    [Fact]
    public void An_EC_key_on_another_curve_signs_as_well()
    {
        File.Delete(folder["local-ca.key"]);
        FioctlFolder.MakeKey(folder["local-ca.key"], "secp384r1");
        folder.SignDeviceCa("local-ca", "fio-user", FactoryProcess.FactoryName, folder["local-ca.key"]);
        using FactoryPki pki = folder.Open();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var template = new CertificateTemplate(pki.DeviceCa);
        ToBeSigned toBeSigned = template.Fill(
            DistinguishedName.OfDevice("u", "f", true), SubjectPublicKey.Read(key.ExportSubjectPublicKeyInfo()), CertificateTemplate.NewSerial(), TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        DeviceCertificate.Assemble(pki.DeviceCa, toBeSigned.Der, ((FileDeviceCaKey)pki.DeviceCaKey).Sign(toBeSigned.Der.Span));
    }

    public void Dispose() => folder.Dispose();

    private string Refuses(string path, Func<PkiSettings, PkiSettings>? change = null, TimeProvider? clock = null)
    {
        ExitException thrown = Assert.Throws<ExitException>(() => folder.Open(change, clock));
        Assert.Equal(ExitCode.Configuration, thrown.Code);
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        return thrown.Message;
    }
}
