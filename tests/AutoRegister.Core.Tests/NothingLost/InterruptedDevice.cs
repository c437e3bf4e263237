using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Files;
using FaultServer;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A device whose registration was interrupted at a state, and a server: what happens to its files comes in between.</summary>
internal sealed class InterruptedDevice : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("autoregister-interrupted-").FullName;
    private readonly TestOrigin origin = new();
    private readonly Secret token = Secret.FromUtf8("token"u8);
    private readonly HsmSettings? hsm;
    private readonly FaultyServer server;

    internal InterruptedDevice(HsmSettings? hsm = null, string? root = null)
    {
        this.hsm = hsm;
        Root = root ?? Path.Join(directory, "root");
        server = new FaultyServer(origin, []);
        File.WriteAllText(Path.Join(directory, "ca.pem"), server.CertificatePem);
    }

    /// <summary>The device's file system; another one where a test copies it.</summary>
    internal string Root { get; set; }

    internal RecordingObserver Observer { get; } = new();

    internal string Words => string.Join('\n', Observer.Warnings);

    internal SotaConfig Config => new() { Root = Root, Factory = "acme", Tags = ["main"], HardwareId = "x", DeviceApi = server.Api, ApiToken = token, Hsm = hsm };

    internal EnrollmentJournal Journal => new(Config.SotaPath, Root);

    internal string JournalFile => Path.Join(Journal.JournalPath, "journal.json");

    internal string IdentityFile => Path.Join(Journal.JournalPath, "identity.json");

    internal string AnswerFile => Path.Join(Journal.JournalPath, "answer.json");

    internal int Requests => server.Requests.Count;

    internal ICollection<string> Devices => origin.Devices;

    /// <summary>Runs until the journal says this, and no further.</summary>
    internal async Task<JournalEntry> StopAtAsync(RegistrationState state, KeyAlgorithm? algorithm = null)
    {
        DeviceKey key = MakeKey(new KeyChoice { Algorithm = algorithm });
        if (state >= RegistrationState.RequestSent)
        {
            await RegisterAsync(key);
        }

        JournalEntry entry = Journal.Peek(out _)!;
        if (state == RegistrationState.RequestSent)
        {
            // The answer was lost on its way.
            File.Delete(AnswerFile);
            Journal.Save(entry with { State = state });
        }

        Assert.Equal(state, Journal.Peek(out _)!.State);
        return entry;
    }

    /// <summary>One run of the unit.</summary>
    internal async Task<ExportedCredentials> RunAsync()
    {
        ExportedCredentials exported = Enroller.Export(await RegisterAsync(MakeKey(new KeyChoice())), CancellationToken.None);
        Assert.True(InstalledCredentials.Inspect(Config.SotaPath).Complete);
        Assert.False(Directory.Exists(Journal.JournalPath));
        return exported;
    }

    internal DeviceKey MakeKey(KeyChoice choice) => Enroller.MakeKey(Config, choice, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        origin.Dispose();
        token.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private Enroller Enroller => new(new EnrollerOptions { RetryFor = TimeSpan.Zero }, Observer);

    private async Task<DeviceRegistration> RegisterAsync(DeviceKey key)
    {
        using var client = new RegistrationClient(anchor: TrustAnchor.Load(Path.Join(directory, "ca.pem")));
        return await Enroller.RegisterAsync(key, client, CancellationToken.None);
    }
}
