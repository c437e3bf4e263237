using System.Text;
using System.Text.Json.Nodes;
using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Afterwards;

public sealed class DockerCredentialHelperTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("autoregister-docker-").FullName;

    private string ConfigPath => Path.Join(directory, "config.json");

    [Theory]
    [InlineData(SotaConfig.DefaultDeviceApi, "hub.foundries.io")]
    [InlineData("https://api.acme.example:8443/ota/devices/", "hub.acme.example")]
    [InlineData("https://factory.example/ota/devices/", "factory.example")]
    [InlineData("http://192.168.1.2/sign", "192.168.1.2")]
    public void TheHubIsTheApisSister(string api, string hub) => Assert.Equal(hub, DockerCredentialHelper.HubHost(new Uri(api)));

    [Fact]
    public void ANewFileHasTheEntryAndIsForItsOwnerOnly()
    {
        string path = Path.Join(directory, ".docker", "config.json");
        Configure(path);
        Same("""{ "credHelpers": { "hub.foundries.io": "fioup" } }""", path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void WhatIsThereIsKept()
    {
        File.WriteAllText(ConfigPath, """{ "auths": { "x": { "auth": "a+b/c=" } }, "credHelpers": { "hub.foundries.io": "old", "gcr.io": "gcr" }, "n": 1e2 }""");
        File.SetUnixFileMode(ConfigPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Configure(ConfigPath);
        Same("""{ "auths": { "x": { "auth": "a+b/c=" } }, "credHelpers": { "hub.foundries.io": "fioup", "gcr.io": "gcr" }, "n": 1e2 }""", ConfigPath);
        Assert.Contains("a+b/c=", File.ReadAllText(ConfigPath), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(ConfigPath));
    }

    [Fact]
    public void ALinkedFileStaysLinked()
    {
        string real = Path.Join(directory, "real.json");
        File.WriteAllText(real, "{}");
        File.CreateSymbolicLink(ConfigPath, real);
        Configure(ConfigPath);
        Assert.NotNull(new FileInfo(ConfigPath).LinkTarget);
        Same("""{ "credHelpers": { "hub.foundries.io": "fioup" } }""", real);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{ \"credHelpers\": [] }")]
    [InlineData("{ \"a\": 1, \"a\": 2 }")]
    public void WhatIsNoDockerConfigurationIsAnErrorAndStays(string text)
    {
        File.WriteAllText(ConfigPath, text);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Configure(ConfigPath));
        Assert.Equal(ErrorId.DockerConfigInvalid, error.Id);
        Assert.Equal(text, File.ReadAllText(ConfigPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../sh")]
    [InlineData("a b")]
    public void AHelperIsAName(string name) =>
        Assert.Equal(ErrorId.SettingInvalid, Assert.Throws<AutoRegisterException>(() => DockerCredentialHelper.RequireName(name)).Id);

    [Fact]
    public void AFileMayHaveAMegabyteAndNoByteMore()
    {
        File.WriteAllText(ConfigPath, "{}" + new string(' ', (1024 * 1024) - 2));
        Configure(ConfigPath);
        Assert.Equal("{\n  \"credHelpers\": {\n    \"hub.foundries.io\": \"fioup\"\n  }\n}\n", File.ReadAllText(ConfigPath));
        File.WriteAllText(ConfigPath, "{}" + new string(' ', (1024 * 1024) - 1));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Configure(ConfigPath));
        Assert.Equal((ErrorId.FileTooLarge, ConfigPath), (error.Id, error.Target));
        Assert.Contains("1024 KiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereItIsNoJsonIsSaid()
    {
        File.WriteAllText(ConfigPath, "{\n\n  x }");
        Assert.Contains("line 3", Assert.Throws<AutoRegisterException>(() => Configure(ConfigPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryInItsPlaceCannotBeRead()
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Configure(directory));
        Assert.Equal((ErrorId.FileUnreadable, directory), (error.Id, error.Target));
    }

    [Fact]
    public void AHelpersNameMayHavePunctuation() => DockerCredentialHelper.RequireName("a-B_c.9");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static void Configure(string path) => DockerCredentialHelper.Write(path, DockerCredentialHelper.Merge(path, "hub.foundries.io", "fioup"));

    private static void Same(string expected, string path) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(File.ReadAllText(path, Encoding.UTF8))), File.ReadAllText(path));
}
