using System.Globalization;
using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Line;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Afterwards;

/// <summary>What a line hands over, and the rows and reports around it.</summary>
public sealed class CredentialCopyTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("copy-");

    private string Target => Path.Join(directory.FullName, "new", "device");

    [Fact]
    public async Task The_copy_has_the_same_bytes_and_modes()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "copied");
        ExportedCredentials copy = CredentialCopy.Copy(device.Exported, Target);
        Assert.Equal((Target, Path.Join(Target, "pkey.pem"), device.Exported.Uuid), (copy.Path, copy.KeyLocation, copy.Uuid));
        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(Target));
        Assert.Equal(device.Exported.Files.Count, copy.Files.Count);
        Assert.Equal(Path.Join(Target, "sota.toml"), copy.Files[^1]);
        Assert.Equal(copy.Files.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(Target).Order(StringComparer.Ordinal));
        Assert.All(copy.Files, file =>
        {
            Assert.Equal(File.ReadAllBytes(device.PathOf(Path.GetFileName(file))), File.ReadAllBytes(file));
            Assert.Equal(File.GetUnixFileMode(device.PathOf(Path.GetFileName(file))), File.GetUnixFileMode(file));
        });
    }

    [Fact]
    public async Task What_is_there_and_the_same_is_left_alone_and_the_rest_is_mended()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "again");
        CredentialCopy.Copy(device.Exported, Target);
        DateTime past = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Array.ForEach(Directory.GetFiles(Target), file => File.SetLastWriteTimeUtc(file, past));
        string key = Path.Join(Target, "pkey.pem");
        string root = Path.Join(Target, "root.crt");
        File.SetUnixFileMode(key, AtomicFile.WorldReadable);
        File.WriteAllText(root, new string('x', File.ReadAllText(root).Length));
        File.SetLastWriteTimeUtc(root, past);
        File.AppendAllText(Path.Join(Target, "client.pem"), "more");

        CredentialCopy.Copy(device.Exported, Target);

        Assert.Equal(past, File.GetLastWriteTimeUtc(Path.Join(Target, "sota.toml")));
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(key));
        Assert.All(device.Exported.Files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Join(Target, Path.GetFileName(file)))));
    }

    [Fact]
    public async Task Another_devices_folder_is_not_touched_and_half_a_copy_is_written_again()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "mine");
        using RegisteredDevice other = await RegisteredDevice.MakeAsync(shared.Factory, "theirs");
        CredentialCopy.Copy(other.Exported, Target);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => CredentialCopy.Copy(device.Exported, Target));
        Assert.Equal((ErrorId.AlreadyRegistered, Target), (error.Id, error.Target));
        Assert.Contains(other.Exported.Uuid, error.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(other.PathOf("pkey.pem")), File.ReadAllBytes(Path.Join(Target, "pkey.pem")));

        File.WriteAllText(Path.Join(Target, "client.pem"), "half");
        CredentialCopy.Copy(device.Exported, Target);
        Assert.Equal(File.ReadAllBytes(device.PathOf("pkey.pem")), File.ReadAllBytes(Path.Join(Target, "pkey.pem")));
    }

    [Fact]
    public async Task A_devices_own_directory_is_no_copy()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "itself");
        Assert.Same(device.Exported, CredentialCopy.Copy(device.Exported, device.Exported.Path + "/../sota"));
        ExportedCredentials inToken = device.Exported with { KeyLocation = "pkcs11:token=a" };
        Assert.Equal("pkcs11:token=a", CredentialCopy.Copy(inToken, Target).KeyLocation);
    }

    [Fact]
    public async Task A_report_says_what_became_of_a_device()
    {
        var now = new DateTime(2026, 11, 29, 10, 31, 7, DateTimeKind.Utc);
        const string Said = "2026-11-29T10:31:07Z";
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "reported");
        ExportedCredentials e = device.Exported;
        var expected = new DeviceReport
        {
            Name = "reported", Uuid = e.Uuid, Outcome = "Registered", CertificateSerialNumber = e.CertificateSerialNumber,
            NotAfter = e.NotAfter!.Value.ToString("s", CultureInfo.InvariantCulture) + "Z", Time = Said, Attempts = 1, Path = e.Path,
        };
        Assert.Equal(expected, DeviceReport.Of(e, now));
        Assert.Equal(expected with { Outcome = "AlreadyRegistered" }, DeviceReport.Of(e with { AlreadyRegistered = true }, now));
        Assert.Equal(
            new DeviceReport { Name = "n", Uuid = "u", Outcome = "Failed", Time = Said, ErrorId = "WriteFailed", Message = "no room" },
            DeviceReport.Of("n", "u", new AutoRegisterException(ErrorId.WriteFailed, "no room"), now));
        Assert.Equal("InvalidOperationException", DeviceReport.Of("n", "", new InvalidOperationException("x"), now).ErrorId);
    }

    [Fact]
    public void A_directory_comes_once_on_a_line()
    {
        var seen = new DirectoriesSeen();
        var config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", OutputPath = "/out/1" };
        seen.Add(config);
        seen.Add(config with { OutputPath = "/out/2" });
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => seen.Add(config with { OutputPath = "/out/x/../1" }));
        Assert.Equal((ErrorId.SettingInvalid, "/out/1"), (error.Id, error.Target));
    }

    [Fact]
    public void The_pools_floor_rises_and_never_falls()
    {
        ThreadPool.GetMinThreads(out int before, out int completion);
        BlockingThreads.Add(40);
        ThreadPool.GetMinThreads(out int raised, out int same);
        Assert.InRange(raised, Math.Max(before, 40), 512);
        Assert.Equal(completion, same);
        BlockingThreads.Add(10_000);
        ThreadPool.GetMinThreads(out int most, out _);
        Assert.Equal(512, most);
        ThreadPool.SetMinThreads(before, completion);
    }

    public void Dispose() => directory.Delete(recursive: true);
}
