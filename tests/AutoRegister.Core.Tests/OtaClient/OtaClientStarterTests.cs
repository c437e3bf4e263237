using AutoRegister.Core.Errors;
using AutoRegister.Core.OtaClient;
using Xunit;

namespace AutoRegister.Core.Tests.OtaClient;

/// <summary>What is said to systemctl, and what its words become. The systemctl is a stand-in: no unit can be started here.</summary>
[Collection(nameof(OtaClientStarterTests))]
[CollectionDefinition(nameof(OtaClientStarterTests), DisableParallelization = true)]
public sealed class OtaClientStarterTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("systemctl-").FullName;
    private readonly string? path = Environment.GetEnvironmentVariable("PATH");
    private readonly string? invocation = Environment.GetEnvironmentVariable("INVOCATION_ID");
    private readonly RecordingObserver observer = new();

    public OtaClientStarterTests()
    {
        Environment.SetEnvironmentVariable("PATH", $"{directory}:{path}");
        Environment.SetEnvironmentVariable("INVOCATION_ID", null);
    }

    [Theory]
    [InlineData(null, "start -- aktualizr-lite.service", OtaClientState.Started)]
    [InlineData("", "start -- aktualizr-lite.service", OtaClientState.Started)]
    [InlineData("4f3c", "start --no-block -- aktualizr-lite.service", OtaClientState.Queued)]
    public async Task A_stand_in_is_told_to_start_or_to_queue(string? id, string arguments, OtaClientState state)
    {
        Environment.SetEnvironmentVariable("INVOCATION_ID", id);
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", directory);
        StandIn($"printf '%s' \"$*$CREDENTIALS_DIRECTORY\" > {directory}/told");
        Assert.Equal(state, await StartAsync("aktualizr-lite.service"));
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        Assert.Equal(arguments, File.ReadAllText(Path.Join(directory, "told")));
        Assert.Equal(["Starting aktualizr-lite.service daemon"], observer.Steps);
    }

    [Theory]
    [InlineData("echo 'Unit not found.' >&2; exit 5", "could not be started: Unit not found.")]
    [InlineData("echo unheard; exit 3", "could not be started: systemctl ended with 3.")]
    public async Task What_a_stand_in_complains_of_is_passed_on(string script, string words)
    {
        StandIn(script);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => StartAsync("client"));
        Assert.Equal((ErrorId.OtaClientStartFailed, "client"), (error.Id, error.Target));
        Assert.EndsWith(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_systemctl_says_so()
    {
        Environment.SetEnvironmentVariable("PATH", directory);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => StartAsync("client"));
        Assert.Equal(ErrorId.OtaClientStartFailed, error.Id);
        Assert.NotNull(error.InnerException);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-H")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("ünit")]
    public async Task What_is_no_units_name_is_refused(string name)
    {
        StandIn($"touch {directory}/told");
        Assert.Equal(ErrorId.SettingInvalid, (await Assert.ThrowsAsync<AutoRegisterException>(() => StartAsync(name))).Id);
        Assert.False(File.Exists(Path.Join(directory, "told")));
    }

    [Fact]
    public void A_name_may_have_255_characters()
    {
        OtaClientStarter.RequireName(new string('a', 255));
        OtaClientStarter.RequireName("a:b-c_d.e\\f@1.service");
        Assert.Throws<AutoRegisterException>(() => OtaClientStarter.RequireName(new string('a', 256)));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", path);
        Environment.SetEnvironmentVariable("INVOCATION_ID", invocation);
        Directory.Delete(directory, recursive: true);
    }

    private Task<OtaClientState> StartAsync(string service) => new OtaClientStarter(service, observer).StartAsync(CancellationToken.None);

    private void StandIn(string script)
    {
        string program = Path.Join(directory, "systemctl");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
