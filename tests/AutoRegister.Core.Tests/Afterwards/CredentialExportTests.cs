using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.OtaClient;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Afterwards;

/// <summary>The last step and what follows it: in which order, what can stop it, and what cannot.</summary>
public sealed class CredentialExportTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("export-");
    private readonly Secret token = shared.Factory.ReadToken();
    private readonly RecordingObserver observer = new();

    public void Dispose()
    {
        token.Dispose();
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_wanted_besides_is_done_and_said()
    {
        DeviceRegistration registration = await RegisterAsync("all of it");
        var wishes = new ExportWishes { VerifyGateway = true, StartOtaClient = true, CopyPath = In("copy"), DockerHelper = "fioup", DockerConfigPath = In("docker.json") };
        var export = new CredentialExport(wishes, observer);
        ExportedCredentials exported = await export.RunAsync(registration, CancellationToken.None);
        Assert.Empty(export.Problems);
        Assert.Equal((true, OtaClientState.OtherRoot, In("docker.json")), (exported.GatewayVerified, exported.OtaClient, exported.DockerConfigPath));
        Assert.Contains("fioup", File.ReadAllText(In("docker.json")), StringComparison.Ordinal);
        Assert.True(File.Exists(In("copy/sota.toml")));
    }

    [Fact]
    public async Task A_docker_configuration_that_cannot_be_changed_stops_it_before_anything_is_put_in_place()
    {
        DeviceRegistration registration = await RegisterAsync("no json");
        File.WriteAllText(In("docker.json"), "{");
        var export = new CredentialExport(new ExportWishes { DockerHelper = "fioup", DockerConfigPath = In("docker.json") }, observer);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => export.RunAsync(registration, CancellationToken.None));
        Assert.Equal(ErrorId.DockerConfigInvalid, error.Id);
        Assert.False(File.Exists(Path.Join(registration.Key.Config.SotaPath, "sota.toml")));
    }

    [Fact]
    public async Task A_problem_after_the_commit_is_kept_and_undoes_nothing()
    {
        DeviceRegistration registration = await RegisterAsync("no file");
        Directory.CreateDirectory(In("token"));
        registration = registration with { Key = registration.Key with { Config = registration.Key.Config with { ApiTokenFile = In("token") } } };
        var export = new CredentialExport(new ExportWishes { RemoveApiToken = true, VerifyGateway = true }, observer);
        ExportedCredentials exported = await export.RunAsync(registration, CancellationToken.None);
        Assert.Equal([ErrorId.ApiTokenNotRemoved], export.Problems.Select(problem => problem.Id));
        Assert.Equal((false, true), (exported.ApiTokenRemoved, exported.GatewayVerified));
        Assert.True(File.Exists(Path.Join(exported.Path, "sota.toml")));
    }

    private string In(string name) => Path.Join(root.FullName, name);

    private async Task<DeviceRegistration> RegisterAsync(string name)
    {
        var config = new SotaConfig
        {
            Root = In("device"), Factory = "acme", Tags = ["main"], HardwareId = "board", Name = name, DeviceApi = new Uri(shared.Factory.Api), ApiToken = token,
        };
        Directory.CreateDirectory(config.Root);
        var enroller = new Enroller(new EnrollerOptions(), observer);
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);
        using RegistrationClient client = shared.Factory.Connect();
        return await enroller.RegisterAsync(key, client, CancellationToken.None);
    }
}
