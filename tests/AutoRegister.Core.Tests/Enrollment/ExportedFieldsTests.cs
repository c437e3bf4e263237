using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What a script is told of a registered device is what lies in its directory and its token.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ExportedFieldsTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_of_a_new_device_is_said(bool inToken)
    {
        using SoftHsm? hsm = inToken ? new SoftHsm() : null;
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"fields {inToken}", hsm?.Settings);
        ExportedCredentials said = device.Exported;
        var installed = InstalledCredentials.Inspect(device.Config.SotaPath);
        Assert.Equal((device.Config.Name, "acme", device.Config.SotaPath, false, 1), (said.Name, said.Factory, said.Path, said.AlreadyRegistered, said.Attempts));
        Assert.Equal(installed.Certificate!.CommonName, said.Uuid);
        Assert.Equal((installed.Toml!.GatewayServer, installed.Certificate.Leaf.SerialNumber), (said.GatewayServer, said.CertificateSerialNumber));
        Assert.Equal(installed.Certificate.Leaf.NotAfter.ToUniversalTime(), said.NotAfter);
        Assert.Equal(installed.Files.Order(StringComparer.Ordinal), said.Files.Order(StringComparer.Ordinal));
        Assert.Equal(device.PathOf("sota.toml"), said.Files[^1]);
        Assert.Equal(inToken ? "pkcs11:token=aktualizr;object=tls;id=%01;type=private" : device.PathOf("pkey.pem"), said.KeyLocation);
        Assert.False(Directory.Exists(new EnrollmentJournal(device.Config.SotaPath).JournalPath));
        if (hsm is not null)
        {
            using TokenSession session = hsm.Open(mayInitialize: false);
            TokenObject certificate = Assert.Single(session.FindObjects(), found => found.Kind == TokenObjectKind.Certificate);
            Assert.Equal(installed.Certificate.Leaf.RawData, session.ReadCertificate(certificate));
        }
    }

    [Fact]
    public async Task A_certificate_that_is_in_the_token_only_says_who_the_device_is()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "token only", hsm.Settings);
        File.Delete(device.PathOf("client.pem"));
        (DeviceKey key, ExportedCredentials said) = await AgainAsync(device, device.Config);
        Assert.Equal((RegistrationState.Registered, device.Exported.Uuid), (key.State, key.Uuid));
        Assert.Equal(64, key.KeyFingerprint.Length);
        Assert.Equal((device.Exported.CertificateSerialNumber, "acme", true), (said.CertificateSerialNumber, said.Factory, said.AlreadyRegistered));
        Assert.Equal(device.Exported.NotAfter, said.NotAfter);
        Assert.NotEmpty(said.GatewayServer);

        (key, _) = await AgainAsync(device, device.Config with { Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751" });
        Assert.Equal(device.Exported.Uuid, key.Uuid);
        Assert.Equal("Uuid", Assert.Single(key.Differences).Setting);
    }

    [Fact]
    public async Task What_is_installed_counts_and_not_what_the_device_is_told_now()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "told otherwise");
        Directory.CreateDirectory(new EnrollmentJournal(device.Config.SotaPath).JournalPath);
        SotaConfig told = device.Config with { Name = null, Factory = "other", Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751" };
        (DeviceKey key, ExportedCredentials said) = await AgainAsync(device, told);
        Assert.Equal((device.Exported.Uuid, "told otherwise", "acme"), (key.Uuid, said.Name, said.Factory));
        Assert.Equal(["Uuid", "Factory"], key.Differences.Select(difference => difference.Setting));
        Assert.Equal((told.SotaPath, device.PathOf("pkey.pem")), (said.Path, said.KeyLocation));
        Assert.False(key.Replace);
        Assert.False(Directory.Exists(new EnrollmentJournal(told.SotaPath).JournalPath));
    }

    private async Task<(DeviceKey Key, ExportedCredentials Said)> AgainAsync(RegisteredDevice device, SotaConfig config)
    {
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);
        using RegistrationClient client = shared.Factory.Connect();
        return (key, enroller.Export(await enroller.RegisterAsync(key, client, CancellationToken.None), CancellationToken.None));
    }
}
