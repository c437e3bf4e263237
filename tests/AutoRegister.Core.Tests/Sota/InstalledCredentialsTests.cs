using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>Every kind of damage to a registered device's directory is seen and named, and nothing else is.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class InstalledCredentialsTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Fact]
    public async Task A_whole_identity_has_no_problem()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "whole");
        InstalledCredentials found = Inspect(device);
        Assert.True(found.Any);
        Assert.True(found.Complete);
        Assert.Empty(found.Problems);
        Assert.Equal(device.Exported.Uuid, found.Certificate!.CommonName);
        Assert.Equal(device.Exported.GatewayServer, found.Toml!.GatewayServer);
        Assert.Equal(device.Exported.Files.Order(StringComparer.Ordinal), found.Files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("sota.toml", null, "sota.toml is missing")]
    [InlineData("sota.toml", "[tls", "sota.toml cannot be used")]
    [InlineData("sota.toml", "[tls]\npkey_source = \"file\"\n", "sota.toml names no [tls] server")]
    [InlineData("root.crt", null, "root.crt is missing")]
    [InlineData("root.crt", "", "root.crt holds no certificate")]
    [InlineData("client.pem", null, "client.pem is missing")]
    [InlineData("client.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "client.pem holds no certificate")]
    [InlineData("pkey.pem", null, "pkey.pem is missing or holds no private key")]
    [InlineData("pkey.pem", "", "pkey.pem is missing or holds no private key")]
    public async Task Damage_is_named(string file, string? content, string problem)
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"damaged {Guid.NewGuid()}");
        File.Delete(device.PathOf(file));
        if (content is not null)
        {
            File.WriteAllText(device.PathOf(file), content);
        }

        InstalledCredentials found = Inspect(device);
        Assert.True(found.Any);
        Assert.False(found.Complete);
        Assert.StartsWith(problem, Assert.Single(found.Problems), StringComparison.Ordinal);
        Assert.Equal(device.Exported.Files.Count - (content is null ? 1 : 0), found.Files.Count);
    }

    [Fact]
    public async Task Another_devices_key_is_no_pair()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "pair");
        using RegisteredDevice other = await RegisteredDevice.MakeAsync(shared.Factory, "other pair");
        File.Copy(other.PathOf("pkey.pem"), device.PathOf("pkey.pem"), overwrite: true);
        Assert.Equal("pkey.pem and client.pem are not a pair", Assert.Single(Inspect(device).Problems));
    }

    [Fact]
    public async Task With_a_token_the_files_of_key_and_certificate_are_not_needed()
    {
        using var hsm = new SoftHsm();
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "in token", hsm.Settings);
        Assert.False(File.Exists(device.PathOf("pkey.pem")));
        File.Delete(device.PathOf("client.pem"));
        InstalledCredentials found = Inspect(device);
        Assert.True(found.Complete);
        Assert.Null(found.Certificate);
    }

    [Fact]
    public void Nothing_is_nothing()
    {
        var found = InstalledCredentials.Inspect("/nowhere");
        Assert.False(found.Any);
        Assert.False(found.Complete);
        Assert.Empty(found.Problems);
    }

    [Fact]
    public void The_clients_database_alone_is_part_of_a_registration()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("database-");
        File.WriteAllText(Path.Join(directory.FullName, "sql.db"), "");
        var found = InstalledCredentials.Inspect(directory.FullName);
        directory.Delete(recursive: true);
        Assert.True(found.Any);
        Assert.Equal(4, found.Problems.Count);
    }

    [Fact]
    public async Task A_registered_devices_token_file_is_removed_once()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "token file");
        string path = Path.Join(device.Config.Root, "api-token");
        File.WriteAllText(path, "secret");
        SotaConfig config = device.Config with { ApiTokenFile = path };
        Assert.True(ApiTokenFile.Remove(config, device.Observer));
        Assert.False(File.Exists(path));
        Assert.Contains(device.Observer.Steps, step => step.Contains(path, StringComparison.Ordinal));
        Assert.False(ApiTokenFile.Remove(config, device.Observer));
        Assert.False(ApiTokenFile.Remove(device.Config, device.Observer));
    }

    [Fact]
    public void A_token_file_that_stays_is_named()
    {
        // Not even root deletes here.
        SotaConfig config = new() { Factory = "acme", Tags = ["main"], HardwareId = "board", ApiTokenFile = "/proc/self/status" };
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => ApiTokenFile.Remove(config, new RecordingObserver()));
        Assert.Equal((ErrorId.ApiTokenNotRemoved, "/proc/self/status"), (error.Id, error.Target));
    }

    private static InstalledCredentials Inspect(RegisteredDevice device) => InstalledCredentials.Inspect(device.Config.SotaPath);
}
