using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What -Force begins anew, what it may leave at the server, and what a later run without it goes on with.</summary>
public sealed class ForceTests : IDisposable
{
    private const string Given = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private readonly UnregisteredDevice device = new();

    [Theory]
    [InlineData(RegistrationState.KeyMade, false)]
    [InlineData(RegistrationState.RequestSent, true)]
    [InlineData(RegistrationState.AnswerReceived, true)]
    public void An_attempt_that_is_given_up_is_an_orphan_if_the_server_may_know_it(RegistrationState state, bool known)
    {
        DeviceKey first = device.MakeKey(device.Config);
        device.Journal.Save(device.Entry with { State = state, Orphans = ["earlier"] });
        device.Journal.SaveSealedKey("of the first attempt");
        DeviceKey forced = device.MakeKey(device.Config, new KeyChoice { Replace = true });

        Assert.NotEqual(first.KeyFingerprint, forced.KeyFingerprint);
        Assert.NotEqual(first.Uuid, forced.Uuid);
        Assert.Equal((true, RegistrationState.KeyMade), (forced.Replace, forced.State));
        Assert.Equal(known ? ["earlier", first.Uuid] : ["earlier"], device.Entry.Orphans);
        Assert.Equal(known ? 1 : 0, device.Observer.Warnings.Count(warning => warning.Contains(first.Uuid, StringComparison.Ordinal)));
        Assert.Null(device.Journal.ReadSealedKey());
    }

    [Fact]
    public void It_is_remembered_until_the_registration_is_finished()
    {
        DeviceKey forced = device.MakeKey(device.Config, new KeyChoice { Replace = true });
        DeviceKey next = device.MakeKey(device.Config);
        Assert.Equal((forced.Uuid, forced.KeyFingerprint, forced.CertificateRequest, true), (next.Uuid, next.KeyFingerprint, next.CertificateRequest, next.Replace));
    }

    [Fact]
    public void A_device_that_was_imported_without_its_key_is_not_built_upon_without_it()
    {
        device.MakeKey(device.Config);
        device.Journal.Save(device.Entry with { KeyIsElsewhere = true });
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => device.MakeKey(device.Config));
        Assert.Equal((ErrorId.RegistrationIncomplete, (object)device.Config.SotaPath), (error.Id, error.Target));
        Assert.True(device.Entry.KeyIsElsewhere);
        device.MakeKey(device.Config, new KeyChoice { Replace = true });
        Assert.False(device.Entry.KeyIsElsewhere);
    }

    [Fact]
    public void Whose_uuid_it_is_and_what_it_is_for_is_remembered()
    {
        device.MakeKey(device.Config with { Uuid = Given, Production = true, Factory = "other" });
        JournalEntry entry = device.Entry;
        Assert.Equal((Given, false, true, "other", "file"), (entry.Uuid, entry.UuidIsOurs, entry.Production, entry.Factory, entry.KeyStore));
        Assert.Contains($"UUID: {Given} [Given]", device.Observer.Steps);
        device.MakeKey(device.Config, new KeyChoice { Replace = true });
        entry = device.Entry;
        Assert.NotEqual(Given, entry.Uuid);
        Assert.Equal((true, false, "acme"), (entry.UuidIsOurs, entry.Production, entry.Factory));
        Assert.Contains($"UUID: {entry.Uuid} [Random]", device.Observer.Steps);
    }

    [Fact]
    public void A_uuid_that_is_told_later_takes_the_place_of_ours_even_after_a_request()
    {
        DeviceKey first = device.MakeKey(device.Config);
        device.Journal.Save(device.Entry with { State = RegistrationState.RequestSent });
        DeviceKey told = device.MakeKey(device.Config with { Uuid = Given });
        Assert.Equal((Given, first.KeyFingerprint, RegistrationState.KeyMade), (told.Uuid, told.KeyFingerprint, told.State));
        Assert.Equal((Given, false), (device.Entry.Uuid, device.Entry.UuidIsOurs));
        Assert.Equal([first.Uuid], device.Entry.Orphans);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP384)]
    [InlineData(null)]
    public void The_kind_of_key_is_the_one_asked_for_and_p_256_else(KeyAlgorithm? asked)
    {
        DeviceKey key = device.MakeKey(device.Config, asked);
        using FileDeviceKey made = FileDeviceKey.TryOpen(key.KeyLocation)!;
        Assert.Equal(asked ?? KeyAlgorithm.EcP256, KeyAlgorithms.Of(made.SubjectPublicKeyInfo.Span));
        Assert.Equal(device.Entry.KeyFingerprint, key.KeyFingerprint);
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public void A_key_that_is_lost_after_a_request_leaves_an_orphan()
    {
        DeviceKey first = device.MakeKey(device.Config);
        device.Journal.Save(device.Entry with { State = RegistrationState.RequestSent });
        File.Delete(first.KeyLocation);
        DeviceKey second = device.MakeKey(device.Config, KeyAlgorithm.EcP384);
        Assert.NotEqual(first.Uuid, second.Uuid);
        Assert.Equal([first.Uuid], device.Entry.Orphans);
        Assert.Equal(2, device.Observer.Warnings.Count);
    }

    [Fact]
    public void A_directory_that_others_may_read_is_closed()
    {
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Directory.CreateDirectory(device.Config.SotaPath);
        File.SetUnixFileMode(device.Config.SotaPath, Open);
        device.MakeKey(device.Config);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(device.Config.SotaPath));
    }

    public void Dispose() => device.Dispose();
}
