using AutoRegister.Core.Configuration;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A device whose certificate fioconfig has rotated, or was about to: what it left, under the names and labels it gives.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RotatedDeviceTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Fact]
    public async Task After_a_rotation_in_the_token_the_new_pair_is_the_devices()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "rotated token", hsm.Settings);
        Rotate(device, hsm, withCertificate: true);
        device.Edit("sota.toml", text => text.Replace("tls_pkey_id = \"01\"", "tls_pkey_id = \"07\"", StringComparison.Ordinal).Replace("tls_clientcert_id = \"03\"", "tls_clientcert_id = \"09\"", StringComparison.Ordinal));
        Assert.Equal("pkcs11:id=%07;type=private", Again(device).KeyLocation);
        Assert.Empty(device.Observer.Warnings);
        await ExpectHealthyAsync(device, hsm);

        // What is said of the device is its certificate in the token, not the file from before the rotation.
        ExportedCredentials told = await device.RegisterAsync(shared.Factory, device.Config, new KeyChoice());
        Assert.True(told.AlreadyRegistered);
        Assert.NotEqual(device.Exported.CertificateSerialNumber, told.CertificateSerialNumber);
        using TokenSession session = hsm.Open(mayInitialize: false);
        Assert.Equal(IssuedCertificate.Parse(Pem.Encode("CERTIFICATE", session.FindCertificate("client", 9)!)).Leaf.SerialNumber, told.CertificateSerialNumber);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_rotation_in_the_token_that_was_interrupted_the_old_pair_is_the_devices(bool withCertificate)
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"interrupted token {withCertificate}", hsm.Settings);
        Rotate(device, hsm, withCertificate);
        DeviceKey again = Again(device);
        Assert.Equal("pkcs11:id=%01;type=private", again.KeyLocation);
        Assert.Equal(InstalledCredentials.Inspect(device.Config.SotaPath).Certificate!.KeyFingerprint, again.KeyFingerprint);
        Assert.Empty(device.Observer.Warnings);
        await ExpectHealthyAsync(device, hsm);
    }

    [Fact]
    public async Task After_a_rotation_of_files_the_new_pair_is_the_devices()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "rotated files");
        string fingerprint = device.RotateFiles();
        device.UseRotatedFiles();

        // Whatever becomes of the old ones.
        File.Delete(device.PathOf("pkey.pem"));
        File.Delete(device.PathOf("client.pem"));
        DeviceKey again = Again(device);
        Assert.Equal((fingerprint, device.PathOf("pkey.3274113.pem")), (again.KeyFingerprint, again.KeyLocation));
        await ExpectHealthyAsync(device, null);

        File.SetUnixFileMode(device.PathOf("pkey.3274113.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        CheckResult open = Assert.Single(await DiagnoseAsync(device, null), result => result.Name == "Permissions");
        Assert.Contains("pkey.3274113.pem", open.Seen, StringComparison.Ordinal);

        File.Delete(device.PathOf("pkey.3274113.pem"));
        Assert.Contains("pkey.3274113.pem is missing or holds no private key", InstalledCredentials.Inspect(device.Config.SotaPath).Problems);
    }

    [Fact]
    public async Task One_that_is_registered_anew_leaves_no_key_from_its_rotation()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "rotated before");
        device.RotateFiles();
        device.UseRotatedFiles();

        ExportedCredentials anew = await device.RegisterAsync(shared.Factory, device.Config with { Name = "rotated and anew" }, new KeyChoice { Replace = true });

        Assert.NotEqual(device.Exported.Uuid, anew.Uuid);
        Assert.Equal(anew.Files.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(device.Config.SotaPath).Order(StringComparer.Ordinal));
        await ExpectHealthyAsync(device, null);
    }

    [Fact]
    public async Task After_a_rotation_of_files_that_was_interrupted_the_old_pair_is_the_devices()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "interrupted files");
        device.RotateFiles();
        Assert.Equal(device.PathOf("pkey.pem"), Again(device).KeyLocation);
        await ExpectHealthyAsync(device, null);
    }

    [Theory]
    [InlineData("/var/sota/pkey.pem", "pkey.pem")]
    [InlineData("/var/sota/pkey.123.pem", "pkey.123.pem")]
    [InlineData("/var/sota/pkey..pem", "pkey.pem")]
    [InlineData("/var/sota/pkey.old.pem", "pkey.pem")]
    [InlineData("/etc/keys/device.key", "pkey.pem")]
    public void Only_what_a_rotation_makes_takes_the_place_of_the_usual_file(string path, string name) =>
        Assert.Equal(name, SotaToml.TryParse($"[import]\ntls_pkey_path = \"{path}\"\n", out _)!.KeyFile);

    private static DeviceKey Again(RegisteredDevice device)
    {
        DeviceKey key = new Enroller(new EnrollerOptions(), device.Observer).MakeKey(device.Config, replace: false, CancellationToken.None);
        Assert.Equal((RegistrationState.Registered, device.Exported.Uuid), (key.State, key.Uuid));
        return key;
    }

    private static async Task ExpectHealthyAsync(RegisteredDevice device, SoftHsm? hsm) =>
        Assert.DoesNotContain(await DiagnoseAsync(device, hsm), result => result.Name is "Registration" or "Key and certificate" or "Permissions" && result.Status != CheckStatus.Passed);

    private static async Task<IReadOnlyList<CheckResult>> DiagnoseAsync(RegisteredDevice device, SoftHsm? hsm)
    {
        using var doctor = new Doctor(
            new DiagnosisOptions { Config = new SotaConfigOptions { Root = device.Config.Root, HsmModule = hsm is null ? null : SoftHsm.ModulePath, HsmPin = hsm?.Pin, HsmSoPin = hsm?.SoPin } },
            device.Observer);
        var all = new List<CheckResult>();
        for (int number = 1; number <= 6; number++)
        {
            all.Add(await doctor.RunAsync(number, CancellationToken.None));
        }

        Assert.Contains(all, result => result.Name == "Key and certificate" || result.Name == "Permissions");
        return all;
    }

    private static void Rotate(RegisteredDevice device, SoftHsm hsm, bool withCertificate)
    {
        // Not by our own code, which refuses to give a label twice.
        SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "tls", "--id", "07");
        byte[] publicKey;
        using (TokenSession session = hsm.Open(mayInitialize: false))
        using (TokenKey key = session.FindExistingKey(new KeyReference(null, "07")))
        {
            publicKey = key.SubjectPublicKeyInfo.ToArray();
        }

        if (withCertificate)
        {
            Raw.WithModule(library => Raw.StoreCertificate(library, device.Renew(publicKey), "client", 9));
        }
    }
}
