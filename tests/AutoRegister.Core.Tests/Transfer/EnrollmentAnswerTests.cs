using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>The factory's answer on its way back: it is checked, kept, added to what is there, and never lost to an older file.</summary>
public sealed class EnrollmentAnswerTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly HandOver hand = new();

    [Fact]
    public async Task A_file_with_an_answer_is_replaced_by_one_with_an_answer_only()
    {
        DeviceKey key = await AnswerAsync("lamp");
        hand.ExportWithoutKey(key, "answer.json");
        hand.Read("key.json", "old");
        string before = File.ReadAllText(hand.In("answer.json"));
        DeviceKey old = Assert.IsType<DeviceKey>(hand.Read("key.json", "old"));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.ExportWithoutKey(old, "answer.json"));
        Assert.Equal((ErrorId.AlreadyRegistered, hand.In("answer.json")), (error.Id, error.Target));
        Assert.Contains("has the factory's answer", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(hand.In("answer.json")));
    }

    [Fact]
    public async Task An_answer_that_fails_the_checks_is_refused()
    {
        await AnswerAsync("lamp");
        hand.Edit("answer.json", document => document["answer"]!["client.pem"] = (string?)document["answer"]!["root.crt"]);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read("answer.json", "device"));
        Assert.Equal((ErrorId.EnrollmentFileInvalid, hand.In("answer.json")), (error.Id, error.Target));
        Assert.IsType<AutoRegisterException>(error.InnerException);
        Assert.False(Directory.Exists(hand.In("device")));
    }

    [Fact]
    public async Task An_answer_is_added_to_the_key_and_an_older_file_takes_nothing_away()
    {
        DeviceKey key = await AnswerAsync("lamp");
        hand.Edit("answer.json", document =>
        {
            document["key"]!["certificateId"] = "3f";
            document["key"]!["orphans"] = new System.Text.Json.Nodes.JsonArray(key.Uuid);
        });
        hand.Read("key.json", "device");
        Assert.Equal(RegistrationState.KeyMade, Entry("device").State);

        DeviceRegistration taken = Assert.IsType<DeviceRegistration>(hand.Read("answer.json", "device"));
        Assert.Equal((key.Uuid, RegistrationState.AnswerReceived, RegistrationState.AnswerReceived), (taken.Uuid, taken.State, taken.Key.State));
        Assert.Equal((RegistrationState.AnswerReceived, "3f"), (Entry("device").State, Entry("device").CertificateId));
        Assert.NotNull(taken.Answer);
        Assert.Equal(taken.Answer!.Files.Keys.Order(StringComparer.Ordinal), hand.Json("device/.registration/answer.json").AsObject().Select(file => file.Key).Order(StringComparer.Ordinal));

        // What the key came with is this machine's from the first file on; an answer that is there is not written again.
        File.Delete(hand.In("device/.registration/answer.json"));
        hand.Read("answer.json", "device");
        Assert.False(File.Exists(hand.In("device/.registration/answer.json")));
        Assert.Equal(RegistrationState.AnswerReceived, Assert.IsType<DeviceKey>(hand.Read("key.json", "device")).State);
        Assert.Equal([key.Uuid], Assert.IsType<DeviceRegistration>(hand.Read("answer.json", "new")).Orphans);
    }

    [Fact]
    public async Task A_damaged_answer_is_not_handed_on()
    {
        DeviceKey key = await AnswerAsync("lamp");
        Assert.Equal("AnswerReceived", (string?)hand.Json("answer.json")["state"]);
        File.WriteAllText(Path.Join(key.Config.SotaPath, ".registration", "answer.json"), "{}");
        Assert.Equal(RegistrationState.RequestSent, hand.ExportWithoutKey(key, "damaged.json").State);
        Assert.Null(hand.Json("damaged.json")["answer"]);
        Assert.Equal("RequestSent", (string?)hand.Json("damaged.json")["state"]);
        Assert.Equal(RegistrationState.RequestSent, Assert.IsType<DeviceKey>(hand.Read("damaged.json", "device")).State);
    }

    [Fact]
    public async Task A_registered_device_stays_as_it_is()
    {
        DeviceKey key = await InstallAsync("lamp");
        string[] files = [.. Directory.GetFileSystemEntries(hand.In("lamp")).Order(StringComparer.Ordinal)];
        DeviceKey registered = Assert.IsType<DeviceKey>(hand.Read("key.json", "lamp"));
        Assert.Equal((RegistrationState.Registered, key.Uuid, key.KeyFingerprint), (registered.State, registered.Uuid, registered.KeyFingerprint));
        DeviceRegistration again = Assert.IsType<DeviceRegistration>(hand.Read("answer.json", "lamp"));
        Assert.Equal((RegistrationState.Registered, RegistrationState.Registered, key.Uuid), (again.State, again.Key.State, again.Uuid));
        Assert.Null(again.Answer);
        Assert.Equal(files, Directory.GetFileSystemEntries(hand.In("lamp")).Order(StringComparer.Ordinal));

        // To replace what is the same key's is nothing to do either.
        hand.Edit("key.json", document => document["key"]!["replace"] = true);
        Assert.Equal(RegistrationState.Registered, Assert.IsType<DeviceKey>(hand.Read("key.json", "lamp")).State);

        File.Delete(hand.In("lamp/root.crt"));
        Taken("key.json", "lamp", $"has the credentials of {key.Uuid}");
        File.Delete(hand.In("lamp/client.pem"));
        Taken("answer.json", "lamp", "holds parts of a registration");
    }

    [Fact]
    public async Task Another_devices_credentials_are_replaced_on_demand_only()
    {
        DeviceKey there = await InstallAsync("lamp");
        DeviceKey other = hand.MakeKey("other");
        hand.ExportWithoutKey(other, "other.json");
        Taken("other.json", "lamp", $"has the credentials of {there.Uuid}");
        hand.Edit("other.json", document => document["key"]!["replace"] = true);
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.Read("other.json", "lamp"));
        Assert.Equal((RegistrationState.KeyMade, true, other.Uuid), (taken.State, taken.Replace, Entry("lamp").Uuid));
        Assert.True(InstalledCredentials.Inspect(hand.In("lamp")).Complete);
    }

    [Fact]
    public void Another_attempt_of_the_same_device_is_not_mixed_with_this_one()
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "one.json");
        hand.Read("one.json", "device");
        JournalEntry entry = Entry("device");
        new EnrollmentJournal(hand.In("device")).Save(entry with { CertificateRequest = "another" });
        Taken("one.json", "device", $"has an unfinished registration of {entry.Uuid}");
        new EnrollmentJournal(hand.In("device")).Save(entry with { Uuid = "another" });
        Taken("one.json", "device", "has an unfinished registration of another");
    }

    public void Dispose() => hand.Dispose();

    private JournalEntry Entry(string place) => new EnrollmentJournal(hand.In(place)).Read(hand.Observer)!;

    private void Taken(string file, string place, string words)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read(file, place));
        Assert.Equal((ErrorId.AlreadyRegistered, hand.In(place)), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A device whose file was written twice: <c>key.json</c> when it had a key, <c>answer.json</c> when it had an answer.</summary>
    private async Task<DeviceKey> AnswerAsync(string name) => (await RegisterAsync(name)).Key;

    private async Task<DeviceKey> InstallAsync(string name)
    {
        DeviceRegistration registration = await RegisterAsync(name);
        hand.Enroller().Export(registration, CancellationToken.None);
        return registration.Key;
    }

    private async Task<DeviceRegistration> RegisterAsync(string name)
    {
        DeviceKey key = hand.Enroller().MakeKey(hand.Machine(shared.Factory) with { Name = $"{name} {Guid.NewGuid()}", OutputPath = hand.In(name) }, replace: false, CancellationToken.None);
        hand.ExportWithoutKey(key, "key.json");
        DeviceRegistration registration = await hand.RegisterAsync(shared.Factory, key);
        hand.ExportWithoutKey(registration.Key, "answer.json");
        return registration;
    }
}
