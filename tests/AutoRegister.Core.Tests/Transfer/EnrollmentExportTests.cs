using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>What is written of a device, what is not, and which file is not replaced.</summary>
public sealed class EnrollmentExportTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private readonly HandOver hand = new();

    [Fact]
    public void The_file_is_its_owners_and_its_directory_is_made()
    {
        string path = hand.In("new/folder/file.json");
        hand.Write(hand.Config("lamp"), "new/folder/file.json");
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(hand.In("new/folder")));
        Assert.EndsWith("}\n", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lamp", Uuid, "lamp", Uuid)]
    [InlineData(null, Uuid, Uuid, Uuid)]
    [InlineData("lamp", null, "lamp", "")]
    [InlineData(null, null, "", "")]
    public void Without_a_key_a_device_has_the_names_that_were_chosen(string? name, string? uuid, string shown, string id)
    {
        string path = hand.In("file.json");
        ExportedEnrollment written = hand.Write(hand.Config("x") with { Name = name, Uuid = uuid }, "file.json");
        Assert.Equal(
            new ExportedEnrollment { Name = shown, Uuid = id, Factory = "acme", State = RegistrationState.Unregistered, PrivateKey = KeyCustody.None, Path = path },
            written);
        Assert.Equal($"{shown} ({path})", written.ToString());
    }

    [Fact]
    public void A_device_with_a_key_and_no_name_is_called_by_its_uuid()
    {
        DeviceKey key = hand.Enroller().MakeKey(hand.Config("x") with { Name = null }, replace: false, CancellationToken.None);
        ExportedEnrollment written = hand.ExportWithoutKey(key, "file.json");
        Assert.Equal((key.Uuid, key.Uuid, RegistrationState.KeyMade), (written.Name, written.Uuid, written.State));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.ExportWithoutKey(hand.MakeKey("other"), "file.json"));
        Assert.Equal((ErrorId.AlreadyRegistered, hand.In("file.json")), (error.Id, error.Target));
        Assert.Contains(key.Uuid, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_same_devices_file_is_replaced()
    {
        SotaConfig config = hand.Config("lamp");
        hand.Write(config, "file.json");
        hand.Write(config with { DeviceGroup = "red" }, "file.json");
        Assert.Equal("red", (string?)hand.Json("file.json")["device"]!["deviceGroup"]);
        SotaConfig[] others = [config with { Name = "lamp 2" }, config with { Uuid = Uuid }];
        Assert.All(others, other => Assert.Equal(ErrorId.AlreadyRegistered, Assert.Throws<AutoRegisterException>(() => hand.Write(other, "file.json")).Id));

        // The same device, now with a key; without it the file would say less than before.
        DeviceKey key = hand.MakeKey("lamp");
        hand.ExportWithoutKey(key, "file.json");
        hand.ExportWithoutKey(key, "file.json");
        Assert.Equal(key.Uuid, (string?)hand.Json("file.json")["key"]!["uuid"]);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Write(config, "file.json"));
        Assert.Equal(ErrorId.AlreadyRegistered, error.Id);
        Assert.Contains("another device (lamp)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_must_be_something_to_hand_on()
    {
        DeviceKey key = hand.MakeKey("done");
        Fails(key with { State = RegistrationState.Registered }, ErrorId.AlreadyRegistered);
        Fails(key with { Uuid = Uuid }, ErrorId.RegistrationIncomplete);
        Fails(key with { CertificateRequest = "another" }, ErrorId.RegistrationIncomplete);
        Directory.Delete(Path.Join(key.Config.SotaPath, ".registration"), recursive: true);
        Fails(key, ErrorId.AlreadyRegistered);
    }

    [Fact]
    public void A_key_that_is_to_stay_is_not_sealed()
    {
        DeviceKey key = hand.MakeKey("stays");
        ExportedEnrollment kept = hand.Write(KeyProtection.With(hand.Passphrase), withoutKey: true, key, "kept.json");
        Assert.Equal(KeyCustody.StaysBehind, kept.PrivateKey);
        Assert.Null(hand.Json("kept.json")["key"]!["sealed"]);

        File.Delete(PrivateKeyOf(key));
        ExportedEnrollment gone = hand.Write(KeyProtection.With(hand.Passphrase), withoutKey: false, key, "gone.json");
        Assert.Equal(KeyCustody.StaysBehind, gone.PrivateKey);
    }

    [Fact]
    public void What_is_no_key_is_not_sealed()
    {
        DeviceKey key = hand.MakeKey("broken");
        File.WriteAllText(PrivateKeyOf(key), "nothing");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Write(KeyProtection.With(hand.Passphrase), withoutKey: false, key, "broken.json"));
        Assert.Equal((ErrorId.RegistrationIncomplete, PrivateKeyOf(key)), (error.Id, error.Target));
        Assert.False(File.Exists(hand.In("broken.json")));
    }

    [Fact]
    public void Another_run_in_the_directory_is_waited_for()
    {
        DeviceKey key = hand.MakeKey("busy");
        hand.ExportWithoutKey(key, "free.json");
        using var held = DirectoryLock.Acquire(key.Config.SotaPath, TimeSpan.Zero, hand.Observer, CancellationToken.None);
        var ended = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => hand.Write(null, withoutKey: true, key, "busy.json", ended));
        Assert.Throws<OperationCanceledException>(() => hand.Read("free.json", "busy", cancellation: ended));
        Assert.False(File.Exists(hand.In("busy.json")));
    }

    public void Dispose() => hand.Dispose();

    private static string PrivateKeyOf(DeviceKey key) => Path.Join(key.Config.SotaPath, ".registration", "pkey.pem");

    private void Fails(DeviceKey key, ErrorId id)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.ExportWithoutKey(key, "never.json"));
        Assert.Equal((id, key.Config.SotaPath), (error.Id, error.Target));
        Assert.False(File.Exists(hand.In("never.json")));
    }
}
