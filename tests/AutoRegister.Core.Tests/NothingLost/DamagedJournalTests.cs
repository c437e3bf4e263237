using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>Files of the journal that are empty, cut, changed or gone: a device is finished from what is intact, and never becomes another one unsaid.</summary>
public sealed class DamagedJournalTests
{
    private static readonly string[] Kinds = ["empty", "cut", "NULs", "flipped", "number for the state", "gone"];

    public static TheoryData<string> Damages => [.. Kinds];

    public static TheoryData<string, RegistrationState> DamagesAndStates =>
        Matrix.Of(Kinds, (RegistrationState[])[RegistrationState.KeyMade, RegistrationState.RequestSent, RegistrationState.AnswerReceived]);

    [Theory]
    [MemberData(nameof(DamagesAndStates))]
    public async Task A_journal_that_is_damaged_or_gone_costs_the_device_nothing(string damage, RegistrationState state)
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(state);
        int requests = device.Requests;
        Damage(device.JournalFile, damage);

        ExportedCredentials exported = await device.RunAsync();
        Assert.Equal(entry.Uuid, exported.Uuid);
        Assert.Equal(entry.KeyFingerprint, InstalledCredentials.Inspect(device.Config.SotaPath).Certificate!.KeyFingerprint);
        Assert.Equal([entry.Uuid], device.Devices);
        Assert.Equal(state == RegistrationState.AnswerReceived ? requests : requests + 1, device.Requests);
        Assert.Contains($"the registration of {entry.Uuid} continues", device.Words, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Without_its_copy_too_key_and_answer_that_fit_each_other_are_finished(string damage)
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        Damage(device.JournalFile, damage);
        Damage(device.IdentityFile, damage);

        Assert.Equal((entry.Uuid, 0), ((await device.RunAsync()).Uuid, device.Requests - 1));
        Assert.Contains($"the answer for {entry.Uuid} is here and fits", device.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_answer_too_a_certificate_that_was_put_in_place_says_who_the_device_is()
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        string certificate = RegistrationAnswer.Check(AnswerFiles.Parse(device.Journal.ReadAnswer()), entry.Subject, entry.KeyFingerprint, DateTimeOffset.UtcNow).Files["client.pem"];
        File.WriteAllText(Path.Join(device.Config.SotaPath, "client.pem"), certificate);
        Damage(device.JournalFile, "cut");
        Damage(device.IdentityFile, "cut");
        Damage(device.AnswerFile, "cut");

        Assert.Equal(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Equal([entry.Uuid], device.Devices);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task When_nothing_says_who_it_was_the_device_becomes_another_and_says_so(string damage)
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.RequestSent);
        Damage(device.JournalFile, damage);
        Damage(device.IdentityFile, damage);

        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Contains("the server may hold a device for it, with a UUID that nobody here knows", device.Words, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_whole_identity_is_kept_whatever_is_left_of_its_journal(string damage)
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        DirectoryInfo kept = Directory.CreateDirectory(device.Root + "-kept");
        CopyFiles(device.Journal.JournalPath, kept.FullName);
        await device.RunAsync();
        byte[] toml = File.ReadAllBytes(Path.Join(device.Config.SotaPath, "sota.toml"));
        Directory.CreateDirectory(device.Journal.JournalPath);
        CopyFiles(kept.FullName, device.Journal.JournalPath);
        Damage(device.JournalFile, damage);
        kept.Delete(recursive: true);

        ExportedCredentials again = await device.RunAsync();
        Assert.Equal((entry.Uuid, true, 1), (again.Uuid, again.AlreadyRegistered, device.Requests));
        Assert.Equal(toml, File.ReadAllBytes(Path.Join(device.Config.SotaPath, "sota.toml")));
    }

    [Fact]
    public async Task A_whole_identity_is_kept_when_only_the_answer_in_its_journal_is_damaged()
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        await device.RunAsync();
        device.Journal.Save(entry);
        File.WriteAllText(device.AnswerFile, "{");

        Assert.Equal((entry.Uuid, 1), ((await device.RunAsync()).Uuid, device.Requests));
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Join(to, Path.GetFileName(file)));
        }
    }

    private static void Damage(string path, string damage)
    {
        byte[] whole = File.ReadAllBytes(path);
        switch (damage)
        {
            case "gone":
                File.Delete(path);
                break;
            case "number for the state":
                string text = File.ReadAllText(path);
                File.WriteAllText(path, text.Replace($"\"{(text.Contains("AnswerReceived") ? "AnswerReceived" : text.Contains("RequestSent") ? "RequestSent" : "KeyMade")}\"", "2", StringComparison.Ordinal));
                break;
            default:
                File.WriteAllBytes(path, damage switch
                {
                    "empty" => [],
                    "cut" => whole[..(whole.Length / 2)],
                    "NULs" => new byte[whole.Length],
                    _ => Flip(whole),
                });
                break;
        }
    }

    // In the UUID: what is changed is still JSON, and a UUID.
    private static byte[] Flip(byte[] bytes)
    {
        int place = bytes.AsSpan().IndexOf("Uuid\":\""u8);
        bytes[(place < 0 ? bytes.Length / 2 : place) + 8] ^= 1;
        return bytes;
    }
}
