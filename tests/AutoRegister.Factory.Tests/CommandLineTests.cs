using System.Net;
using System.Security.Cryptography;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string data = FactoryProcess.NewDataDirectory();

    [Fact]
    public async Task Help_is_printed_and_fine()
    {
        (int exitCode, string? output, string? error) = await FactoryCommand.RunAsync("--help");
        Assert.Equal(0, exitCode);
        Assert.Contains("serve", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dev --data DATA")]
    [InlineData("dev --factory acme")]
    [InlineData("dev --data DATA --factory")]
    [InlineData("dev --data DATA --factory acme --unknown x")]
    [InlineData("dev --data DATA --factory acme stray")]
    [InlineData("dev --data DATA --factory acme --factory acme")]
    [InlineData("dev --data DATA --factory a/b")]
    [InlineData("dev --data DATA --factory acme --api-port 65536")]
    [InlineData("dev --data DATA --factory acme --api-port x")]
    [InlineData("dev --data DATA --factory acme --address localhost")]
    [InlineData("dev --data DATA --factory acme --address 0.0.0.0")]
    [InlineData("dev --data DATA --factory acme --host a/b")]
    [InlineData("dev --data DATA --factory acme --allow-key-types p256,dsa")]
    [InlineData("dev --data DATA --factory acme --oauth-interval -1")]
    [InlineData("devices list")]
    [InlineData("devices list --data DATA --json=1")]
    public async Task A_wrong_command_line_is_64_and_one_line(string line)
    {
        string[] args = line.Replace("DATA", data, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (int exitCode, string? output, string? error) = await FactoryCommand.RunAsync(args);
        Assert.Equal(64, exitCode);
        Assert.Empty(output);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task SIGTERM_ends_it_with_0_and_takes_the_ready_file_away()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data);
        string readyFile = Path.Combine(Path.GetDirectoryName(data)!, "ready.json");
        Assert.True(File.Exists(readyFile));
        Assert.Equal(0, await factory.StopAsync());
        Assert.False(File.Exists(readyFile));
        Assert.Equal(5, factory.Output.Split('\n').Count(line => line.Contains("https://127.0.0.1:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_second_one_over_the_same_data_is_refused()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data);
        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("dev", "--data", data, "--factory", "acme");
        Assert.Equal(75, exitCode);
        Assert.Contains("in use", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_another_factory_is_refused()
    {
        await using (await FactoryProcess.StartOverAsync(data))
        {
            // Made for 'acme'.
        }

        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("dev", "--data", data, "--factory", "other");
        Assert.Equal(78, exitCode);
        Assert.Contains("acme", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_holds_files_others_can_reach_is_refused()
    {
        Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await File.WriteAllTextAsync(Path.Combine(data, "something"), "");
        (int exitCode, string _, string _) = await FactoryCommand.RunAsync("dev", "--data", data, "--factory", "acme");
        Assert.Equal(78, exitCode);
    }

    [Fact]
    public async Task Data_that_cannot_be_written_is_71_and_one_line()
    {
        (int exitCode, string? output, string? error) = await FactoryCommand.RunAsync("dev", "--data", "/proc/factory", "--factory", "acme");
        Assert.Equal(71, exitCode);
        Assert.Empty(output);
        Assert.Contains("/proc/factory", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_71_and_one_line()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data);
        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync(
            "dev", "--data", data + "2", "--factory", "acme", $"--api-port={factory.Api.Port}");
        Assert.Equal(71, exitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task List_without_a_ledger_is_66() =>
        Assert.Equal(66, (await FactoryCommand.RunAsync("devices", "list", "--data", data)).ExitCode);

    [Fact]
    public async Task The_token_the_key_types_and_the_host_can_be_chosen()
    {
        string tokenFile = data + ".token";
        await File.WriteAllTextAsync(tokenFile, "\r\n  chosen token \r\n");
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(
            data, "--token-file", tokenFile, "--allow-key-types", "p256,p384", "--host", "localhost");
        Assert.Equal("localhost", factory.Api.Host);
        Assert.False(File.Exists(Path.Combine(data, "api-token")));
        using HttpClient client = FactoryClient.Open(factory);
        using var device = new TestDevice { Key = ECDsa.Create(ECCurve.NamedCurves.nistP384) };
        using HttpResponseMessage response = await client.PostAsync(factory.Api, device.Body(), ("OSF-TOKEN", "chosen token"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Contains("server = \"https://localhost:", await response.JsonAsync("sota.toml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_address_gets_a_server_certificate_that_names_it()
    {
        await using (await FactoryProcess.StartOverAsync(data))
        {
            // Made for loopback.
        }

        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data, "--address", "127.0.0.2");
        using HttpClient client = FactoryClient.Open(factory);
        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, factory.Api));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("127.0.0.2", factory.Gateway.Host);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);
}
