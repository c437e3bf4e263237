using AutoRegister.Core.Configuration;
using AutoRegister.Core.Diagnosis;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Diagnosis;

/// <summary>What the doctor's check 4 says of a registration that was interrupted.</summary>
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

    public void Dispose() => device.Dispose();
}
