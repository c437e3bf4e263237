using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Every member that goes into a file comes out of it, and what only a machine knows stays on it.</summary>
public sealed class EnrollmentMembersTests : IDisposable
{
    private readonly HandOver hand = new();
    private readonly Secret pin = SoftHsm.Secret("87654321");
    private readonly RecordingObserver observer = new();

    private HsmSettings Hsm => new() { ModulePath = "/module.so", Pin = pin, SoPin = pin, TokenLabel = "mine", TokenSerial = "1" };

    [Fact]
    public void What_a_device_is_told_passes_through()
    {
        SotaConfig told = hand.Config("lamp") with
        {
            Tags = ["one", "two"],
            Uuid = "serial-7",
            ValidateUuid = false,
            Production = true,
            DeviceGroup = "red",
            Apps = ["a", "b"],
            RestorableApps = ["c"],
            UseOstreeServer = false,
            SotaDirectory = "/var/other",
            DeviceApi = new Uri("https://api.example/x/"),
            OAuthBase = new Uri("https://oauth.example/y"),
            ApiTokenHeader = "X-TOKEN",
        };
        SotaConfig read = PassThrough(told, machine: null);
        Assert.Equal(
            told with { SotaDirectory = "/var/sota", Tags = read.Tags, Apps = read.Apps, RestorableApps = read.RestorableApps, AllowedTomlKeys = read.AllowedTomlKeys, OutputPath = hand.In("device"), ApiTokenFile = null, Settings = read.Settings },
            read);
        Assert.Equal(["one", "two"], read.Tags);
        Assert.Equal(["a", "b"], read.Apps);
        Assert.Equal(["c"], read.RestorableApps!);
    }

    [Fact]
    public void The_order_of_the_members_is_part_of_the_format()
    {
        // A proof is made over the document as it is written, by this version or by another.
        hand.Write(hand.Config("lamp") with { Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751", DeviceGroup = "red", RestorableApps = [], RemoteToken = new TokenReference { Label = "theirs" } }, "file.json");
        Assert.Equal(
            ["factory", "tags", "hardwareId", "name", "uuid", "validateUuid", "production", "deviceGroup", "apps", "restorableApps", "useOstreeServer", "deviceApi", "oAuthBase", "apiTokenHeader", "token"],
            hand.Json("file.json")["device"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void Where_things_lie_says_the_machine()
    {
        SotaConfig told = hand.Config("lamp") with { SotaDirectory = "/etc" };
        Assert.Equal("/var/own", PassThrough(told, hand.Config("station") with { SotaDirectory = "/var/own" }).SotaDirectory);
        Assert.DoesNotContain("/etc", File.ReadAllText(hand.In("file.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void How_the_server_is_reached_says_the_machine()
    {
        SotaConfig machine = hand.Config("station") with
        {
            DeviceApi = new Uri("http://machine.example/a/"),
            OAuthBase = new Uri("https://machine.example/b"),
            ApiToken = pin,
            ApiTokenFile = "/token",
            ApiTokenHeader = "X-OWN",
            DeviceAuthorization = true,
        };
        SotaConfig read = PassThrough(hand.Config("lamp") with { DeviceApi = new Uri("http://file.example/") }, machine);
        Assert.Equal(
            (machine.DeviceApi, machine.OAuthBase, pin, "/token", "X-OWN", true),
            (read.DeviceApi, read.OAuthBase, read.ApiToken, read.ApiTokenFile, read.ApiTokenHeader, read.DeviceAuthorization));
        Assert.Equal(("lamp", null, false), (read.Name, read.Hsm, read.UsesToken));
    }

    [Fact]
    public void A_token_is_named_by_what_tells_it_from_others()
    {
        JsonNode? all = TokenOf(Hsm with { Objects = DeviceObjects.Under(new ObjectId("0a0b")) }, new KeyReference("theirs", "0c"));
        Assert.Equal("{\"label\":\"mine\",\"serial\":\"1\",\"keyId\":\"0a0b\",\"existingKeyLabel\":\"theirs\",\"existingKeyId\":\"0c\"}", all?.ToJsonString());
        Assert.Equal("{\"label\":\"mine\"}", TokenOf(Hsm with { TokenSerial = null })?.ToJsonString());
        Assert.Null(TokenOf(null));
        Assert.DoesNotContain("87654321", File.ReadAllText(hand.In("file.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_a_module_remembers_the_token_and_hands_it_on()
    {
        var token = new TokenReference { Label = "theirs", Serial = "2", KeyId = "0a", ExistingKeyLabel = "l", ExistingKeyId = "0b" };
        SotaConfig read = PassThrough(hand.Config("lamp") with { RemoteToken = token }, hand.Config("station"));
        Assert.Equal((token, null, true), (read.RemoteToken, read.Hsm, read.UsesToken));
        hand.Write(read, "on.json");
        Assert.True(JsonNode.DeepEquals(hand.Json("file.json")["device"], hand.Json("on.json")["device"]));
    }

    [Fact]
    public void A_machine_with_a_module_looks_into_the_token_that_is_named()
    {
        SotaConfig read = Named(new TokenReference { Label = "theirs" });
        Assert.Equal(("theirs", "1", null, DeviceObjects.Standard), (read.Hsm!.TokenLabel, read.Hsm.TokenSerial, read.Decisions.ExistingKey, read.Hsm.Objects));
        HsmSettings named = Named(new TokenReference { Label = "theirs", Serial = "2", KeyId = "0a" }).Hsm!;
        Assert.Equal(("theirs", "2", DeviceObjects.Under(new ObjectId("0a"))), (named.TokenLabel, named.TokenSerial, named.Objects));
        Assert.Equal(new KeyReference("l", null), Named(new TokenReference { Label = "theirs", ExistingKeyLabel = "l" }).Decisions.ExistingKey);
        Assert.Equal(new KeyReference(null, "0b"), Named(new TokenReference { Label = "theirs", ExistingKeyId = "0b" }).Decisions.ExistingKey);
        Assert.Equal("/module.so", named.ModulePath);
    }

    [Theory]
    [InlineData("", null, "label cannot be used")]
    [InlineData("theirs", "", "lower-case hex")]
    [InlineData("theirs", "0", "lower-case hex")]
    [InlineData("theirs", "0a0", "lower-case hex")]
    [InlineData("theirs", "0A", "lower-case hex")]
    [InlineData("theirs", "0g", "lower-case hex")]
    public void A_token_that_cannot_be_named_is_refused(string label, string? id, string words)
    {
        TokenReference[] tokens = [new() { Label = label, KeyId = id }, new() { Label = label, ExistingKeyId = id }];
        Assert.All(tokens, token =>
        {
            File.Delete(hand.In("file.json"));
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Named(token));
            Assert.Equal((ErrorId.EnrollmentFileInvalid, hand.In("file.json")), (error.Id, error.Target));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(null, null, "file")]
    [InlineData(null, "{ \"label\": \"my token\" }", "token my token")]
    [InlineData("pkcs11:token=my%20token;type=private", "{ \"label\": \"my token\", \"keyId\": \"0a\" }", "token my token, key id 0a")]
    [InlineData("pkcs11:token=t;type=private", "{ \"label\": \"t\", \"keyId\": \"0a\", \"existingKeyId\": \"0b\" }", "token t, existing key id 0b")]
    public void The_journal_says_where_the_key_is(string? location, string? token, string store)
    {
        DeviceKey key = hand.MakeKey("lamp");
        hand.ExportWithoutKey(key, "file.json");
        hand.Edit("file.json", document => document["device"]!["token"] = token is null ? null : JsonNode.Parse(token));
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.Read("file.json", "device"));
        JournalEntry entry = new EnrollmentJournal(hand.In("device")).Read(observer)!;
        Assert.Equal((store, true), (entry.KeyStore, entry.KeyIsElsewhere));
        Assert.Equal(token is null ? hand.In("device/.registration/pkey.pem") : location ?? "pkcs11:token=my%20token;type=private", taken.KeyLocation);
    }

    [Fact]
    public void Every_member_of_a_journal_entry_passes_through()
    {
        DeviceKey key = hand.Enroller().MakeKey(hand.Config("lamp") with { Production = true }, replace: false, CancellationToken.None);
        var here = new EnrollmentJournal(key.Config.SotaPath);
        JournalEntry made = here.Read(observer)!;
        Assert.True(made.UuidIsOurs);
        JournalEntry entry = made with { State = RegistrationState.RequestSent, UuidIsHardware = true, Replace = true, Orphans = ["3b5278b1-fdbc-418a-9d66-8d533fc8b751"] };
        here.Save(entry);
        hand.ExportWithoutKey(key, "file.json");
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.Read("file.json", "device"));
        JournalEntry there = new EnrollmentJournal(hand.In("device")).Read(observer)!;
        Assert.Equal(entry with { KeyIsElsewhere = true, Orphans = there.Orphans, ForeignObjects = there.ForeignObjects, Origin = there.Origin }, there);
        Assert.Equal(entry.Orphans, there.Orphans);
        Assert.Equal(
            (key.Uuid, RegistrationState.RequestSent, key.KeyFingerprint, key.CertificateRequest, true, "lamp"),
            (taken.Uuid, taken.State, taken.KeyFingerprint, taken.CertificateRequest, taken.Replace, taken.Name));
    }

    public void Dispose()
    {
        hand.Dispose();
        pin.Dispose();
    }

    private SotaConfig PassThrough(SotaConfig told, SotaConfig? machine)
    {
        hand.Write(told, "file.json");
        return Assert.IsType<SotaConfig>(hand.Read("file.json", "device", machine: machine));
    }

    private SotaConfig Named(TokenReference token) => PassThrough(hand.Config("lamp") with { RemoteToken = token }, hand.Config("station") with { Hsm = Hsm });

    private JsonNode? TokenOf(HsmSettings? hsm, KeyReference? existing = null)
    {
        hand.Write(hand.Config("lamp") with { Hsm = hsm, Decisions = new TokenDecisions { ExistingKey = existing } }, "file.json");
        return hand.Json("file.json")["device"]!["token"];
    }
}
