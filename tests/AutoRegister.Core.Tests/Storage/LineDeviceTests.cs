using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Line;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Storage;
using AutoRegister.Core.Tests.Files;
using AutoRegister.Core.Tests.Pkcs11;
using FaultServer;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace AutoRegister.Core.Tests.Storage;

/// <summary>
/// A device of a line: what it leaves, and who continues it. That its station was killed is played by forgetting, without a word, what the
/// process knows of its lines; <c>soak line</c> kills for real. Not beside the tests of tokens: a line that ends closes those of all lines.
/// </summary>
[Collection(SoftHsmTests.Name)]
public sealed class LineDeviceTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("line-device-").FullName;
    private readonly TestOrigin origin = new();
    private readonly Secret token = Secret.FromUtf8("token"u8);
    private readonly RecordingObserver observer = new();
    private readonly FaultyServer server;

    public LineDeviceTests()
    {
        server = new FaultyServer(origin, []);
        File.WriteAllText(Path.Join(folder, "ca.pem"), server.CertificatePem);
    }

    private string Out => Path.Join(folder, "out");

    private string Lines => Path.Join(Out, LineFolder.Name);

    [Fact]
    public async Task What_a_finished_device_has_is_its_files_and_nothing_else()
    {
        using (var session = LineSession.Begin())
        {
            await RunAsync("a", onLine: true);
            Assert.False(Directory.Exists(Path.Join(Out, "a", DeviceDirectory.Name)));
        }

        Assert.Equal(["client.pem", "pkey.pem", "root.crt", "sota.toml"], Names("a"));
        Assert.True(InstalledCredentials.Inspect(Path.Join(Out, "a")).Complete);
        Assert.False(Directory.Exists(Lines));
        Assert.Single(origin.Devices);
    }

    [Fact]
    public async Task An_unfinished_device_gets_a_journal_of_its_own_when_the_line_ends()
    {
        DeviceKey key;
        using (var session = LineSession.Begin())
        {
            key = MakeKey("a", onLine: true);
            Assert.Empty(Names("a"));
        }

        Assert.False(Directory.Exists(Lines));
        Assert.Equal(RegistrationState.KeyMade, new EnrollmentJournal(Path.Join(Out, "a")).Peek(out _)!.State);
        Assert.Equal(key.CertificateRequest, MakeKey("a", onLine: false).CertificateRequest);
    }

    [Fact]
    public void A_device_that_cannot_have_one_is_said_and_stays_with_the_line()
    {
        using var session = LineSession.Begin();
        DeviceKey key = MakeKey("a", onLine: true);
        string own = Path.Join(Out, "a", DeviceDirectory.Name);
        File.WriteAllText(own, "in the way");

        AutoRegisterException problem = Assert.Single(session.End());

        Assert.Equal(ErrorId.ReadFailed, problem.Id);
        Assert.Contains(own, problem.Message, StringComparison.Ordinal);
        Assert.Single(LineFolders.LeftOf(key.Config.SotaPath));
        File.Delete(own);
        Assert.Equal(key.CertificateRequest, MakeKey("a", onLine: false).CertificateRequest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_device_whose_station_was_killed_is_continued_with_its_key_and_request(bool onLine)
    {
        using var session = LineSession.Begin();
        DeviceKey key = MakeKey("a", onLine: true);
        LineFolders.Forget();

        ExportedCredentials done = await RunAsync("a", onLine);

        Assert.Equal(key.Uuid, done.Uuid);
        Assert.Equal(key.KeyFingerprint, InstalledCredentials.Inspect(done.Path).Certificate!.KeyFingerprint);
        Assert.DoesNotContain(observer.Warnings, warning => warning.Contains("journal", StringComparison.Ordinal));
        Assert.Empty(LineFolders.LeftOf(done.Path));
    }

    [Fact]
    public async Task An_answer_that_came_before_the_kill_is_not_asked_for_twice()
    {
        using var session = LineSession.Begin();
        DeviceRegistration registration = await RegisterAsync(MakeKey("a", onLine: true));
        LineFolders.Forget();
        int requests = server.Requests.Count;
        Directory.Delete(Path.Join(Out, "a"));

        ExportedCredentials done = await RunAsync("a", onLine: false);

        Assert.Equal((registration.Uuid, requests), (done.Uuid, server.Requests.Count));
    }

    [Fact]
    public async Task What_a_power_cut_left_of_files_is_written_anew()
    {
        using var session = LineSession.Begin();
        DeviceRegistration registration = await RegisterAsync(MakeKey("a", onLine: true));
        LineFolders.Forget();
        foreach (string name in new[] { "pkey.pem", "client.pem", "sota.toml" })
        {
            File.WriteAllText(Path.Join(Out, "a", name), string.Empty);
        }

        await RunAsync("a", onLine: true);

        Assert.True(InstalledCredentials.Inspect(Path.Join(Out, "a")).Complete);
    }

    [Fact]
    public async Task A_device_that_somebody_else_finished_meanwhile_is_not_registered_twice()
    {
        using var session = LineSession.Begin();
        DeviceKey key = MakeKey("a", onLine: true);
        LineFolder ours = LineFolders.FolderOf(key.Config.SotaPath)!;
        LineFolders.Forget();
        await RunAsync("a", onLine: false);
        Assert.Null(ours.Find("a"));

        DeviceRegistration registration = await RegisterAsync(key);

        Assert.Equal(RegistrationState.Registered, registration.State);
        Assert.Single(origin.Devices);
    }

    [Fact]
    public void A_torn_record_says_nothing_and_those_before_it_count()
    {
        using var session = LineSession.Begin();
        DeviceKey key = MakeKey("a", onLine: true);
        LineFolders.Forget();
        using (SafeFileHandle file = Posix.TryOpen(Directory.GetFiles(Lines).Single(), OpenFlags.ReadWrite)!)
        {
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 5);
        }

        // The entry that was torn said that the key is made; the one before it, that one would be.
        DeviceKey next = MakeKey("a", onLine: false);

        Assert.Equal(key.Uuid, next.Uuid);
        LineFolders.Forget();
        Assert.Empty(LineFolders.LeftOf(key.Config.SotaPath));
    }

    [Fact]
    public void A_folder_that_was_copied_makes_no_second_device()
    {
        using var session = LineSession.Begin();
        DeviceKey key = MakeKey("a", onLine: true);
        LineFolders.Forget();
        string copied = Path.Join(folder, "copied");
        Directory.CreateDirectory(Path.Join(copied, "a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Join(copied, LineFolder.Name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string journal = Directory.GetFiles(Lines).Single();
        File.WriteAllBytes(Path.Join(copied, LineFolder.Name, Path.GetFileName(journal)), SmallFile.Read(journal));

        DeviceKey other = new Enroller(new EnrollerOptions(), observer).MakeKey(Config("a") with { OutputPath = Path.Join(copied, "a") }, replace: false, CancellationToken.None);

        // Where the hardware has a serial number it says that the machine is the same.
        if (JournalEntryOf(copied).Origin.Hardware.Length == 0)
        {
            Assert.NotEqual(key.Uuid, other.Uuid);
        }
    }

    [Fact]
    public void A_flush_that_fails_is_an_error_and_the_line_writes_no_more()
    {
        using var session = LineSession.Begin();
        MakeKey("a", onLine: true);

        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => FailingFsync.Run(() => MakeKey("b", onLine: true)));

        Assert.Equal(ErrorId.WriteFailed, error.Id);
        Assert.Equal(ErrorId.WriteFailed, Assert.Throws<AutoRegisterException>(() => MakeKey("c", onLine: true)).Id);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        origin.Dispose();
        token.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static JournalEntry JournalEntryOf(string where) => new EnrollmentJournal(Path.Join(where, "a")).Peek(out _)!;

    private string[] Names(string name) => [.. Directory.EnumerateFileSystemEntries(Path.Join(Out, name)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private SotaConfig Config(string name) => new()
    {
        Factory = "acme", Tags = ["main"], HardwareId = "x", DeviceApi = server.Api, ApiToken = token, OutputPath = Path.Join(Out, name),
    };

    private DeviceKey MakeKey(string name, bool onLine) =>
        new Enroller(new EnrollerOptions { OnLine = onLine }, observer).MakeKey(Config(name), replace: false, CancellationToken.None);

    private async Task<DeviceRegistration> RegisterAsync(DeviceKey key)
    {
        using var client = new RegistrationClient(anchor: TrustAnchor.Load(Path.Join(folder, "ca.pem")));
        return await new Enroller(new EnrollerOptions(), observer).RegisterAsync(key, client, CancellationToken.None);
    }

    private async Task<ExportedCredentials> RunAsync(string name, bool onLine) =>
        new Enroller(new EnrollerOptions(), observer).Export(await RegisterAsync(MakeKey(name, onLine)), CancellationToken.None);
}
