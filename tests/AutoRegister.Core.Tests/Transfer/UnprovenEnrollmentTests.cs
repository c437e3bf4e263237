using System.Text.Json.Nodes;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>A file that nothing proves: what it may say of a device, and what it may not.</summary>
public sealed class UnprovenEnrollmentTests : IDisposable
{
    private readonly HandOver hand = new();

    [Fact]
    public void Without_a_proof_an_identity_is_taken_and_no_more_and_that_is_said()
    {
        SotaConfig told = hand.Config("lamp") with { Tags = ["evil"], DeviceGroup = "evil", Apps = ["evil"], DeviceApi = new Uri("https://evil.example/"), SotaDirectory = "/etc" };
        DeviceKey key = hand.Enroller().MakeKey(told, replace: false, CancellationToken.None);
        hand.ExportWithoutKey(key, "file.json");
        hand.Edit("file.json", document =>
        {
            document["state"] = "RequestSent";
            document["key"]!["replace"] = true;
            document["key"]!["certificateId"] = "09";
            document["key"]!["orphans"] = new JsonArray("evil");
        });
        SotaConfig machine = hand.Config("station") with { Tags = ["main"], HardwareId = "ours", SotaDirectory = "/var/own" };
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.ReadUnproven("file.json", machine));
        Assert.Equal(("lamp", key.Uuid, key.CertificateRequest, RegistrationState.KeyMade, false), (taken.Name, taken.Uuid, taken.CertificateRequest, taken.State, taken.Replace));
        Assert.Equal(
            ("main", "ours", null, machine.DeviceApi, "/var/own", 0),
            (taken.Config.Tags.Single(), taken.Config.HardwareId, taken.Config.DeviceGroup, taken.Config.DeviceApi, taken.Config.SotaDirectory, taken.Config.Apps.Count));
        JournalEntry entry = new EnrollmentJournal(hand.In("device")).Read(hand.Observer)!;
        Assert.Equal((false, string.Empty, 0), (entry.Replace, entry.CertificateId, entry.Orphans.Count));
        Assert.Contains(hand.Observer.Warnings, warning => warning.StartsWith("Nothing proves who wrote", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_proof_and_without_a_configuration_of_this_machine_nothing_is_taken()
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.ReadUnproven("file.json", null));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.Contains("-BaseConfig", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(hand.In("device")));
    }

    public void Dispose() => hand.Dispose();
}
