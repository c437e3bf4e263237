using AutoRegister.Core.Configuration;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Line;
using AutoRegister.Core.Tests.Enrollment;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Diagnosis;

/// <summary>What the doctor's check 4 says of a registration that was interrupted. Not beside the tests of tokens: a line that ends closes those of all lines.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RegistrationCheckTests : IDisposable
{
    private readonly UnregisteredDevice device = new();

    [Fact]
    public async Task A_journal_that_is_gone_while_its_copy_is_there_is_named_and_left_as_it_is()
    {
        string uuid = device.MakeKey(device.Config).Uuid;
        File.Delete(Path.Join(device.Journal.JournalPath, "journal.json"));
        string[] before = Directory.GetFileSystemEntries(device.Journal.JournalPath);
        using var doctor = new Doctor(new DiagnosisOptions { Config = new SotaConfigOptions { Root = device.Config.Root } }, device.Observer);
        CheckResult result = await doctor.RunAsync(4, CancellationToken.None);
        Assert.Equal(("Registration", CheckStatus.Warning), (result.Name, result.Status));
        Assert.Contains("journal.json is gone", result.Seen, StringComparison.Ordinal);
        Assert.Contains($"identity.json says that this is the device {uuid}", result.Seen, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(device.Journal.JournalPath));
    }

    [Fact]
    public async Task A_device_that_only_a_line_remembers_is_unfinished()
    {
        using var line = LineSession.Begin();
        string path = Path.Join(device.Config.Root, "var", "sota");
        DeviceKey key = new Enroller(new EnrollerOptions { OnLine = true }, device.Observer).MakeKey(device.Config with { OutputPath = path }, replace: false, CancellationToken.None);
        Assert.Empty(Directory.GetFileSystemEntries(path));
        using var doctor = new Doctor(new DiagnosisOptions { Config = new SotaConfigOptions { Root = device.Config.Root } }, device.Observer);
        CheckResult result = await doctor.RunAsync(4, CancellationToken.None);
        Assert.Equal(("Registration", CheckStatus.Warning), (result.Name, result.Status));
        Assert.Contains($"the key is made, nothing was sent, for the device {key.Uuid}", result.Seen, StringComparison.Ordinal);
    }

    public void Dispose() => device.Dispose();
}
