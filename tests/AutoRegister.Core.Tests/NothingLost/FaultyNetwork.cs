using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Files;
using FaultServer;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A device, a server that misbehaves, and whole registrations between them, each as a new run of the unit would do it.</summary>
internal sealed class FaultyNetwork : IAsyncDisposable
{
    // Where a server is silent on purpose; elsewhere a busy machine must not look like one.
    private static readonly HttpTimeouts Impatient = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
    private static readonly HttpTimeouts Patient = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
    private static readonly string[] Silent = ["hang", "slow-headers", "slow-body", "no-handshake"];
    private readonly string root = Directory.CreateTempSubdirectory("autoregister-fault-").FullName;
    private readonly string caFile;
    private readonly FaultyServer server;
    private readonly HttpTimeouts timeouts;

    internal FaultyNetwork(string script, bool refusesKnown = false, bool refusesKnownNames = false)
    {
        Origin = new TestOrigin { RefusesKnown = refusesKnown, RefusesKnownNames = refusesKnownNames };
        server = new FaultyServer(Origin, script.Split(','));
        timeouts = Silent.Any(script.Contains) ? Impatient : Patient;
        caFile = Path.Join(root, "ca.pem");
        File.WriteAllText(caFile, server.CertificatePem);
    }

    internal TestOrigin Origin { get; }

    internal RecordingObserver Observer { get; } = new();

    internal FaultyServer Server => server;

    /// <summary>A name the user chose; none by default.</summary>
    internal string? Name { get; init; }

    /// <summary>A UUID the user chose; none by default.</summary>
    internal string? Uuid { get; set; }

    /// <summary>Whether it is a production device.</summary>
    internal bool Production { get; set; }

    /// <summary>The device's clock, as what it checks the answer with sees it.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What happens between the key and the request; nothing by default.</summary>
    internal Action<EnrollmentJournal>? Meanwhile { get; set; }

    /// <summary>What the last run registered.</summary>
    internal DeviceRegistration? Registration { get; private set; }

    internal EnrollmentJournal Journal => new(Sota);

    internal JournalEntry Entry => Journal.Peek(out _)!;

    private string Sota => Path.Join(root, "var", "sota");

    /// <summary>One run of the unit.</summary>
    internal async Task<ExportedCredentials> RunAsync(int retrySeconds = 0)
    {
        using var token = Secret.FromUtf8("token"u8);
        var config = new SotaConfig { Root = root, Factory = "acme", Tags = ["main"], HardwareId = "x", Name = Name, Uuid = Uuid, Production = Production, DeviceApi = server.Api, ApiToken = token };
        var enroller = new Enroller(new EnrollerOptions { RetryFor = TimeSpan.FromSeconds(retrySeconds), Time = Time }, Observer);
        using var client = new RegistrationClient(timeouts, TrustAnchor.Load(caFile));
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);
        Meanwhile?.Invoke(Journal);
        Registration = await enroller.RegisterAsync(key, client, CancellationToken.None);
        return enroller.Export(Registration, CancellationToken.None);
    }

    /// <summary>A run that must fail, in this way, and must leave nothing but the journal.</summary>
    internal async Task<AutoRegisterException> FailAsync(ErrorId id, int retrySeconds = 0)
    {
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => RunAsync(retrySeconds));
        Assert.True(id == error.Id, $"Expected {id}, got {error.Id}: {error.Message}");
        Assert.Equal([".registration"], Directory.EnumerateFileSystemEntries(Sota).Select(path => Path.GetFileName(path)));
        Assert.False(File.Exists(Path.Join(root, "var", "evil")));
        return error;
    }

    /// <summary>A run that must succeed and leave nothing but credentials that are whole.</summary>
    internal async Task SucceedAsync(int devices = 1, int retrySeconds = 0)
    {
        ExportedCredentials exported = await RunAsync(retrySeconds);
        Assert.True(server.ScriptDone);
        Assert.Contains(exported.Uuid, Origin.Devices);
        Assert.Equal(devices, Origin.Devices.Count);
        Assert.True(InstalledCredentials.Inspect(Sota).Complete);
        Assert.Equal(["client.pem", "pkey.pem", "root.crt", "sota.toml"], Directory.EnumerateFileSystemEntries(Sota).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Origin.Dispose();
        Directory.Delete(root, recursive: true);
    }
}
