using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Settings;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>What is wrong with a configuration is one line that names the setting, and 78.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls IAsyncLifetime.DisposeAsync.")]
public sealed class ConfigurationTests : IAsyncLifetime
{
    private readonly ServeProcess server = new();

    [Theory]
    [InlineData("Factory", null, "Factory")]
    [InlineData("Factory", "a/b", "Factory")]
    [InlineData("Pki:Directory", null, "Pki:Directory")]
    [InlineData("Pki:Directory", "/nowhere", "/nowhere")]
    [InlineData("Pki:TlsKey", "none.key", "none.key")]
    [InlineData("Pki:DeviceCaSessions", "0", "Pki:DeviceCaSessions")]
    [InlineData("Pki:DeviceCaSessions", "65", "Pki:DeviceCaSessions")]
    [InlineData("Ledger:Sqlite", null, "Ledger:Sqlite")]
    [InlineData("Ledger:Sqlite", "/nowhere/ledger.db", "Ledger:Sqlite")]
    [InlineData("Ledger:Postgres", "Host=x", "one of Ledger:Sqlite and Ledger:Postgres")]
    [InlineData("Api:Listen", null, "Api:Listen")]
    [InlineData("Api:Listen", "localhost:8443", "Api:Listen")]
    [InlineData("Api:Listen", "0.0.0.0", "Api:Listen")]
    [InlineData("Api:Host", "a/b", "Api:Host")]
    [InlineData("Api:Host", "other.example.org", "other.example.org")]
    [InlineData("Api:DrainSeconds", "-1", "Api:DrainSeconds")]
    [InlineData("Api:DrainSeconds", "soon", "Api:DrainSeconds")]
    [InlineData("Api:SignAddresses:0", "10.0.0.0/40", "Api:SignAddresses")]
    [InlineData("Est:Listen", "8444", "Est:Listen")]
    [InlineData("Est:SuccessStatus", "204", "Est:SuccessStatus")]
    [InlineData("Est:ValidityDays", "0", "Est:ValidityDays")]
    [InlineData("Admin:Listen", "127.0.0.1:0", "Admin:PasswordFile")]
    [InlineData("Admin:MetricsAddresses:0", "everywhere", "Admin:MetricsAddresses")]
    [InlineData("Devices:Admission", "Everybody", "Devices:Admission")]
    [InlineData("Devices:Gateway", "http://gateway", "Devices:Gateway")]
    [InlineData("Devices:KeyTypes:0", "dsa", "Devices:KeyTypes")]
    [InlineData("Devices:ValidityDays", "1.5", "Devices:ValidityDays")]
    [InlineData("Limits:Connections", "0", "Limits:Connections")]
    [InlineData("Foundries:Url", "https://api.foundries.io/ota", "Foundries:Url")]
    [InlineData("Foundries:Url", "http://api.foundries.io/ota/", "Foundries:Url")]
    [InlineData("Foundries:Url", "https://api.foundries.io/ota/", "Foundries:TokenFile")]
    [InlineData("Fctory", "acme", "Fctory")]
    [InlineData("Api:Lisen", "0.0.0.0:8443", "Lisen")]
    public async Task A_wrong_setting(string setting, string? value, string named)
    {
        JsonObject settings = JsonNode.Parse(await File.ReadAllTextAsync(server.Config))!.AsObject();
        string[] path = setting.Split(':');
        JsonNode at = settings;
        foreach ((string? part, string? next) in path.Zip(path.Skip(1)))
        {
            at[part] ??= next == "0" ? new JsonArray() : new JsonObject();
            at = at[part]!;
        }

        if (at is JsonArray array)
        {
            array.Add(value);
        }
        else
        {
            at[path[^1]] = value;
        }

        await File.WriteAllTextAsync(server.Config, settings.ToJsonString());
        await FailsAsync(named);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"Factory\": \"a\", \"Factory\": \"b\" }")]
    public async Task A_file_that_is_no_configuration(string text)
    {
        await File.WriteAllTextAsync(server.Config, text);
        await FailsAsync(server.Config);
    }

    [Theory]
    [InlineData("Admin", "Listen", "127.0.0.1:0", "PasswordFile")]
    [InlineData("Foundries", "Url", "https://api.foundries.io/ota/", "TokenFile")]
    public async Task A_secret_that_is_missing_or_open_to_others(string section, string setting, string value, string secret)
    {
        string file = Path.Combine(server.Home, "secret");
        JsonObject settings = JsonNode.Parse(await File.ReadAllTextAsync(server.Config))!.AsObject();
        settings[section] = new JsonObject { [setting] = value, [secret] = file };
        await File.WriteAllTextAsync(server.Config, settings.ToJsonString());
        await FailsAsync($"{file} is missing");
        await File.WriteAllTextAsync(file, "secret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await FailsAsync("open to its group");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await server.RunAsync("serve", "--check");
    }

    [Fact]
    public async Task In_how_many_sessions_the_device_CA_signs_is_taken_from_the_file()
    {
        JsonObject settings = JsonNode.Parse(await File.ReadAllTextAsync(server.Config))!.AsObject();
        settings["Pki"]!["DeviceCaSessions"] = 3;
        await File.WriteAllTextAsync(server.Config, settings.ToJsonString());
        Assert.Equal(3, CheckedSettings.Read(server.Config).Pki.DeviceCaSessions);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_66()
    {
        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("serve", "--config", server.Config + "-none");
        Assert.Equal(66, exitCode);
        Assert.Contains("does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_goes_before_the_file_and_is_checked_as_strictly()
    {
        ProcessStartInfo start = FactoryCommand.For("serve", "--check", "--config", server.Config);
        start.Environment["LMP_FACTORY_Api__Listen"] = "nowhere";
        using Process process = System.Diagnostics.Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(78, process.ExitCode);
        Assert.Contains("nowhere", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_usual_one_is_in_order() =>
        Assert.Contains("in order", await server.RunAsync("serve", "--check"), StringComparison.Ordinal);

    [Fact]
    public async Task The_CSR_for_TLS_is_written_with_its_key()
    {
        File.Delete(server.Folder["tls.key"]);
        string said = await server.RunAsync("tls", "csr");
        Assert.Contains(server.Folder["tls.csr"], said, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.Folder["tls.key"]));
        server.Folder.Sign(server.Folder["tls.csr"], server.Folder["tls.pem"], $"extendedKeyUsage=critical, serverAuth\nsubjectAltName=DNS:{FioctlFolder.Host}", 100);
        Assert.Contains("in order", await server.RunAsync("serve", "--check"), StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await server.DisposeAsync();

    private async Task FailsAsync(string named)
    {
        (int exitCode, string? output, string? error) = await FactoryCommand.RunAsync("serve", "--check", "--config", server.Config);
        Assert.True(exitCode == 78, $"{exitCode}: {error}");
        Assert.Empty(output);
        Assert.Contains(named, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
