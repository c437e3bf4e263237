using System.Diagnostics;
using Npgsql;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A PostgreSQL of our own, reached over a socket in its directory; it goes with the tests.</summary>
public sealed class PostgresServer : IDisposable
{
    private const string Installed = "/usr/lib/postgresql";
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lmp-factory-postgres-");
    private int databases;

    /// <summary>Makes a cluster and starts it.</summary>
    public PostgresServer()
    {
        Run("/usr/bin/env", "chown", "postgres", directory.FullName);
        RunAsPostgres("initdb", "--auth=trust", "--no-instructions", "--pgdata", Data);
        Start();
    }

    private string Data => Path.Combine(directory.FullName, "data");

    private static string Programs => Directory.GetDirectories(Installed).Order().Last() + "/bin/";

    /// <summary>Starts it, after <see cref="Stop"/>.</summary>
    public void Start() => RunAsPostgres(
        "pg_ctl", "start", "--wait", "--silent", "--pgdata", Data, "--log", Path.Combine(directory.FullName, "log"),
        "--options", $"-c listen_addresses= -c unix_socket_directories={directory.FullName} -c max_connections=50");

    /// <summary>Stops it as a machine stops that loses its power: without a word to its clients.</summary>
    public void Stop() => RunAsPostgres("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", "--pgdata", Data);

    /// <summary>A connection string for a new database.</summary>
    public string NewDatabase()
    {
        string name = $"ledger{Interlocked.Increment(ref databases)}";
        using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        using NpgsqlCommand command = source.CreateCommand($"CREATE DATABASE {name}");
        command.ExecuteNonQuery();
        return ConnectionString(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        directory.Delete(recursive: true);
    }

    private string ConnectionString(string database) => $"Host={directory.FullName};Username=postgres;Database={database}";

    // PostgreSQL does not run as root.
    private static void RunAsPostgres(string program, params string[] args) =>
        Run("/usr/sbin/runuser", ["--user", "postgres", "--", Programs + program, .. args]);

    private static void Run(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
