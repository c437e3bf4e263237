using AutoRegister.Factory.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary><c>lmp-factory backup</c> and <c>restore --check</c> over a server that runs.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_copy_of_a_ledger_in_use_is_whole_and_a_changed_one_is_not()
    {
        await using ServeProcess server = await ServeProcess.StartAsync();
        using HttpClient client = server.Client();
        using var device = new TestDevice();
        using (HttpResponseMessage response = await server.RegisterAsync(client, device))
        {
            Assert.Equal(System.Net.HttpStatusCode.Created, response.StatusCode);
        }

        string copy = Path.Combine(server.Home, "copy.db");
        await server.RunAsync("backup", "--to", copy);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        Assert.Equal(["copy.db"], Directory.GetFiles(server.Home, "copy*").Select(Path.GetFileName));
        string report = await server.RunAsync("restore", "--check", copy);
        Assert.Contains("1  devices", report, StringComparison.Ordinal);
        Assert.Contains("is whole", report, StringComparison.Ordinal);

        (int again, string _, string? error) = await FactoryCommand.RunAsync("backup", "--to", copy, "--config", server.Config);
        Assert.Equal(78, again);
        Assert.Contains("there already", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'nobody' WHERE number = 1", "row 1 was changed")]
    [InlineData("DELETE FROM audit WHERE number = 1", "row 1 is missing")]
    [InlineData("UPDATE certificates SET to_be_signed = x'3000'", "is not what was to be signed")]
    [InlineData("UPDATE certificates SET certificate = 'none'", "can't be read")]
    [InlineData("UPDATE certificates SET certificate = NULL, state = 'claimed', to_be_signed = x''", "can't be finished")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM devices", "not there")]
    [InlineData("UPDATE certificates SET certificate = NULL, state = 'void'", "has no certificate and no claim")]
    public async Task What_is_wrong_with_a_copy_is_said(string change, string complaint)
    {
        await using ServeProcess server = await ServeProcess.StartAsync();
        using HttpClient client = server.Client();
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        string copy = Path.Combine(server.Home, "copy.db");
        await server.RunAsync("backup", "--to", copy);
        await using (var connection = new SqliteConnection($"Data Source={copy};Pooling=false"))
        {
            connection.Open();
            await using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The changes above.
            command.CommandText = change;
#pragma warning restore CA2100
            Assert.True(command.ExecuteNonQuery() >= 0);
        }

        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("restore", "--check", copy, "--config", server.Config);
        Assert.Equal(1, exitCode);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_of_a_foreign_CA_and_files_that_are_no_ledger_are_found()
    {
        await using ServeProcess server = await ServeProcess.StartAsync();
        using HttpClient client = server.Client();
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        string copy = Path.Combine(server.Home, "copy.db");
        await server.RunAsync("backup", "--to", copy);
        await using var other = new ServeProcess();
        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("restore", "--check", copy, "--config", other.Config);
        Assert.Equal(1, exitCode);
        Assert.Contains("signed by none of the configured device CAs", error, StringComparison.Ordinal);

        await File.WriteAllTextAsync(copy, new string('x', 8192));
        Assert.Equal(1, (await FactoryCommand.RunAsync("restore", "--check", copy)).ExitCode);
        Assert.Equal(66, (await FactoryCommand.RunAsync("restore", "--check", copy + "-none")).ExitCode);
    }

    [Fact]
    public async Task A_ledger_in_PostgreSQL_has_its_own_way()
    {
        await using var server = new ServeProcess(settings => settings["Ledger"] = new System.Text.Json.Nodes.JsonObject { ["Postgres"] = "Host=/nowhere;Database=x" });
        (int exitCode, string _, string? error) = await FactoryCommand.RunAsync("backup", "--to", server.Config + ".db", "--config", server.Config);
        Assert.Equal(64, exitCode);
        Assert.Contains("pg_dump", error, StringComparison.Ordinal);
    }
}
