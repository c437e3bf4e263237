using AutoRegister.Core.Api;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Tests.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What a run does with what an earlier one left: nothing, parts of an attempt, or a whole identity.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RegistrationFlowTests(FactoryFixture shared) : IClassFixture<FactoryFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registered_device_is_left_alone(bool inToken)
    {
        using SoftHsm? hsm = inToken ? new SoftHsm() : null;
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, $"left alone {inToken}", hsm?.Settings);
        var before = device.Exported.Files.ToDictionary(file => file, File.ReadAllBytes);
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);

        DeviceKey key = enroller.MakeKey(device.Config, replace: false, CancellationToken.None);
        Assert.Equal((device.Exported.Uuid, RegistrationState.Registered, string.Empty), (key.Uuid, key.State, key.CertificateRequest));
        Assert.Equal(inToken ? "pkcs11:id=%01;type=private" : device.PathOf("pkey.pem"), key.KeyLocation);
        Assert.Equal(InstalledCredentials.Inspect(device.Config.SotaPath).Certificate!.KeyFingerprint, key.KeyFingerprint);
        using RegistrationClient client = shared.Factory.Connect();
        DeviceRegistration registration = await enroller.RegisterAsync(key, client, CancellationToken.None);
        ExportedCredentials again = enroller.Export(registration, CancellationToken.None);

        Assert.True(again.AlreadyRegistered);
        Assert.Equal(0, again.Attempts);
        Assert.Equal(
            (device.Exported.Uuid, device.Exported.Name, "acme", device.Exported.GatewayServer, device.Exported.CertificateSerialNumber, device.Exported.NotAfter),
            (again.Uuid, again.Name, again.Factory, again.GatewayServer, again.CertificateSerialNumber, again.NotAfter));
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.Contains(device.Observer.Steps, step => step.Contains("already registered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parts_of_a_registration_are_not_built_upon()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "parts");
        DeviceKey whole = new Enroller(new EnrollerOptions(), device.Observer).MakeKey(device.Config, replace: false, CancellationToken.None);
        File.Delete(device.PathOf("root.crt"));
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => enroller.MakeKey(device.Config, replace: false, CancellationToken.None));
        Assert.Equal(ErrorId.RegistrationIncomplete, error.Id);
        Assert.Contains("root.crt is missing", error.Message, StringComparison.Ordinal);
        var registered = new DeviceRegistration { Key = whole, State = RegistrationState.Registered };
        error = Assert.Throws<AutoRegisterException>(() => enroller.Export(registered, CancellationToken.None));
        Assert.Equal(ErrorId.RegistrationIncomplete, error.Id);
        Assert.Contains("root.crt is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_force_a_registered_device_becomes_another()
    {
        using RegisteredDevice device = await RegisteredDevice.MakeAsync(shared.Factory, "before force");
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        SotaConfig config = device.Config with { Name = "after force" };
        DeviceKey key = enroller.MakeKey(config, new KeyChoice { Replace = true, Algorithm = KeyAlgorithm.EcP256 }, CancellationToken.None);
        Assert.True(key.Replace);
        Assert.NotEqual(device.Exported.Uuid, key.Uuid);
        Assert.True(InstalledCredentials.Inspect(config.SotaPath).Complete);
        using RegistrationClient client = shared.Factory.Connect();
        ExportedCredentials replaced = enroller.Export(await enroller.RegisterAsync(key, client, CancellationToken.None), CancellationToken.None);
        var installed = InstalledCredentials.Inspect(config.SotaPath);
        Assert.True(installed.Complete);
        Assert.Equal((key.Uuid, false, 1), (replaced.Uuid, replaced.AlreadyRegistered, replaced.Attempts));
        Assert.Equal(key.KeyFingerprint, installed.Certificate!.KeyFingerprint);
    }

    [Fact]
    public void An_unfinished_attempt_is_continued_and_a_changed_one_begins_anew()
    {
        using var device = new UnregisteredDevice();
        DeviceKey first = device.MakeKey(device.Config);
        Assert.Equal((first.Uuid, first.CertificateRequest), (device.MakeKey(device.Config).Uuid, device.MakeKey(device.Config).CertificateRequest));

        // Before anything was sent, another factory or UUID is another request with the same key.
        const string Given = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
        DeviceKey changed = device.MakeKey(device.Config with { Factory = "other", Uuid = Given, Production = true });
        Assert.Equal((Given, first.KeyFingerprint), (changed.Uuid, changed.KeyFingerprint));
        Assert.NotEqual(first.CertificateRequest, changed.CertificateRequest);
        Assert.Empty(device.Observer.Warnings);
        Assert.Contains(device.Observer.Steps, step => step.EndsWith("OU=other, businessCategory=production", StringComparison.Ordinal));
        Assert.False(device.Journal.Read(device.Observer)!.UuidIsOurs);

        // After that the server may know the first one.
        device.Journal.Save(device.Journal.Read(device.Observer)! with { State = RegistrationState.RequestSent });
        DeviceKey later = device.MakeKey(device.Config with { Factory = "third" });
        JournalEntry entry = device.Journal.Read(device.Observer)!;
        Assert.Equal((RegistrationState.KeyMade, "third"), (entry.State, entry.Factory));
        Assert.Equal([Given], entry.Orphans);
        Assert.Equal(later.Uuid, entry.Uuid);

        // The same UUID is asked for again: nothing is to be deleted.
        Assert.Empty(device.Observer.Warnings);
    }

    [Fact]
    public void A_uuid_of_ours_changes_when_the_server_may_know_it()
    {
        using var device = new UnregisteredDevice();
        DeviceKey first = device.MakeKey(device.Config);
        device.Journal.Save(device.Journal.Read(device.Observer)! with { State = RegistrationState.RequestSent });
        DeviceKey later = device.MakeKey(device.Config with { Production = true });
        Assert.NotEqual(first.Uuid, later.Uuid);
        Assert.Equal(first.KeyFingerprint, later.KeyFingerprint);
        Assert.True(device.Journal.Read(device.Observer)!.UuidIsOurs);
    }

    [Fact]
    public void A_lost_key_begins_anew()
    {
        using var device = new UnregisteredDevice();
        DeviceKey first = device.MakeKey(device.Config);
        File.Delete(device.Journal.PrivateKeyPath);
        DeviceKey second = device.MakeKey(device.Config);
        Assert.NotEqual(first.KeyFingerprint, second.KeyFingerprint);
        Assert.Contains("begins anew", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
        Assert.Empty(device.Journal.Read(device.Observer)!.Orphans);
    }

    [Fact]
    public void A_key_of_another_kind_is_kept_and_said()
    {
        using var device = new UnregisteredDevice();
        DeviceKey first = device.MakeKey(device.Config);
        DeviceKey kept = device.MakeKey(device.Config, KeyAlgorithm.EcP384);
        Assert.Equal(first.KeyFingerprint, kept.KeyFingerprint);
        Assert.Contains("EC P-256 key already", Assert.Single(device.Observer.Warnings), StringComparison.Ordinal);
        device.MakeKey(device.Config, KeyAlgorithm.EcP256);
        Assert.Single(device.Observer.Warnings);
    }

    [Fact]
    public async Task Credentials_of_another_attempt_are_not_put_in_place()
    {
        using var device = new UnregisteredDevice();
        DeviceKey key = device.MakeKey(device.Config with { DeviceApi = new Uri(shared.Factory.Api), ApiToken = shared.Factory.ReadToken() });
        using RegistrationClient client = shared.Factory.Connect();
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        DeviceRegistration registration = await enroller.RegisterAsync(key, client, CancellationToken.None);
        JournalEntry entry = device.Journal.Read(device.Observer)!;
        foreach (JournalEntry other in new[] { entry with { Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751" }, entry with { State = RegistrationState.RequestSent } })
        {
            device.Journal.Save(other);
            Assert.Equal(ErrorId.RegistrationIncomplete, Assert.Throws<AutoRegisterException>(() => enroller.Export(registration, CancellationToken.None)).Id);
        }

        device.Journal.Remove();
        Assert.Contains("no journal and no credentials", Assert.Throws<AutoRegisterException>(() => enroller.Export(registration, CancellationToken.None)).Message, StringComparison.Ordinal);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => enroller.RegisterAsync(key, client, CancellationToken.None));
        Assert.Equal(ErrorId.RegistrationIncomplete, error.Id);
    }
}
