using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Who wrote a device's file, and that nobody changed any of it: by the sender's certificate or by the passphrase.</summary>
public sealed class EnrollmentProofTests : IDisposable
{
    private readonly HandOver hand = new();

    public static TheoryData<string, string> Changes => new()
    {
        { "state", "\"RequestSent\"" },
        { "device.tags", "[\"evil\"]" },
        { "device.deviceGroup", "\"evil\"" },
        { "device.deviceApi", "\"https://evil.example/\"" },
        { "device.oAuthBase", "\"https://evil.example/\"" },
        { "device.apiTokenHeader", "\"X-EVIL\"" },
        { "device.name", "\"evil\"" },
        { "device.hardwareId", "\"evil\"" },
        { "device.apps", "[\"evil\"]" },
        { "device.useOstreeServer", "false" },
        { "device.token", "{ \"label\": \"evil\" }" },
        { "key.replace", "true" },
        { "key.certificateId", "\"09\"" },
        { "key.orphans", "[\"evil\"]" },
        { "key.uuidIsOurs", "false" },
        { "key.uuidIsHardware", "true" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_is_changed_the_sender_did_not_sign_it(string where, string value)
    {
        hand.ExportWithoutKey(hand.MakeKey("lamp"), "file.json");
        Change(where, value);
        hand.Refused("file.json", () => hand.Read("file.json", "device"), "it is not what the sender signed");
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_is_changed_the_passphrase_does_not_prove_it(string where, string value)
    {
        hand.Worded(hand.MakeKey("lamp"), "file.json");
        Assert.IsType<DeviceKey>(hand.ReadWorded("file.json", hand.Passphrase));
        Directory.Delete(hand.In("device"), recursive: true);
        Change(where, value);
        hand.Refused("file.json", () => hand.ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    [Fact]
    public void A_key_and_a_request_that_fit_each_other_do_not_take_the_place_of_the_devices()
    {
        DeviceKey lamp = hand.MakeKey("lamp");
        hand.ExportWithoutKey(lamp, "file.json");
        DeviceKey evil = hand.Enroller().MakeKey(hand.Config("evil") with { Uuid = lamp.Uuid }, replace: false, CancellationToken.None);
        hand.Tamper("file.json", document =>
        {
            document["key"]!["certificateRequest"] = evil.CertificateRequest;
            document["key"]!["fingerprint"] = evil.KeyFingerprint;
        });
        hand.Refused("file.json", () => hand.Read("file.json", "device"), "it is not what the sender signed");
    }

    [Fact]
    public void A_file_without_the_proof_that_is_asked_for_is_refused()
    {
        DeviceKey key = hand.MakeKey("lamp");
        new EnrollmentExport(null, withoutKey: true, prover: null, hand.Observer).Write(key, hand.In("bare.json"), CancellationToken.None);
        hand.Refused("bare.json", () => hand.Read("bare.json", "device"), "it is not signed");
        hand.Refused("bare.json", () => hand.ReadWorded("bare.json", hand.Passphrase), "it was not exported with a passphrase");
        hand.ExportWithoutKey(key, "signed.json");
        hand.Tamper("signed.json", document => document["proof"]!["signature"] = "AAAA");
        hand.Refused("signed.json", () => hand.Read("signed.json", "device"), "it is not what the sender signed");
        hand.Tamper("signed.json", document => document["proof"]!["signature"] = "no base64!");
        hand.Refused("signed.json", () => hand.Read("signed.json", "device"), "it is not what the sender signed");
    }

    [Fact]
    public void A_wrong_passphrase_is_told_from_a_changed_file_where_there_is_a_key_to_try()
    {
        using var prover = new ProofMaker(hand.Passphrase, null);
        new EnrollmentExport(KeyProtection.With(hand.Passphrase), withoutKey: false, prover, hand.Observer).Write(hand.MakeKey("lamp"), hand.In("file.json"), CancellationToken.None);
        using Secret wrong = SoftHsm.Secret("incorrect horse");
        Assert.Equal(ErrorId.PrivateKeyLocked, Assert.Throws<AutoRegisterException>(() => hand.ReadWorded("file.json", wrong)).Id);
        hand.Tamper("file.json", document => document["device"]!["name"] = "evil");
        hand.Refused("file.json", () => hand.ReadWorded("file.json", hand.Passphrase), "the file was changed");
    }

    public void Dispose() => hand.Dispose();

    private void Change(string where, string value)
    {
        string[] names = where.Split('.');
        hand.Tamper("file.json", document => (names.Length == 1 ? document : document[names[0]]!)[names[^1]] = JsonNode.Parse(value));
    }
}
