using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>A file that was changed on its way is refused as a whole, and nothing of it is on this machine afterwards.</summary>
public sealed class EnrollmentFileTests : IDisposable
{
    private readonly HandOver hand = new();
    private readonly string path;

    public EnrollmentFileTests()
    {
        path = hand.In("device.json");
        hand.ExportWithoutKey(hand.MakeKey("first"), "device.json");
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "format", "\"another\"" },
        { "version", "1" },
        { "version", "3" },
        { "version", "\"2\"" },
        { "state", "\"Registered\"" },
        { "state", "\"AnswerReceived\"" },
        { "state", "\"Unregistered\"" },
        { "state", "7" },
        { "surprise", "1" },
        { "device", "null" },
        { "device.factory", "\"other\"" },
        { "device.factory", "null" },
        { "device.production", "true" },
        { "device.tags", "[]" },
        { "device.tags", "[\"a b\"]" },
        { "device.name", "\"two\\nlines\"" },
        { "device.uuid", "\"00000000-0000-4000-8000-000000000000\"" },
        { "device.sotaDirectory", "\"../etc\"" },
        { "device.deviceApi", "\"http://factory.example/\"" },
        { "device.deviceApi", "\"https://user:secret@factory.example/\"" },
        { "device.apiTokenHeader", "\"Host\"" },
        { "key", "null" },
        { "key.uuid", "\"00000000-0000-4000-8000-000000000000\"" },
        { "key.fingerprint", "\"00\"" },
        { "key.certificateRequest", "\"nothing\"" },
        { "key.certificateRequest", "\"-----BEGIN CERTIFICATE REQUEST-----\\nMAA=\\n-----END CERTIFICATE REQUEST-----\\n\"" },
        { "key.certificateId", "\"3\"" },
        { "key.sealed", "\"-----BEGIN PRIVATE KEY-----\\nMAA=\\n-----END PRIVATE KEY-----\\n\"" },
        { "key.sealed", "\"\"" },
        { "answer", "{}" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void AChangedFileIsRefused(string where, string value)
    {
        string[] names = where.Split('.');
        hand.Edit("device.json", document => (names.Length == 1 ? document : document[names[0]]!)[names[^1]] = JsonNode.Parse(value));

        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Import());

        Assert.Equal(ErrorId.EnrollmentFileInvalid, error.Id);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(hand.In("import")));
    }

    [Fact]
    public void AnotherDevicesRequestIsRefused()
    {
        hand.Edit("device.json", document => document["key"]!["certificateRequest"] = hand.MakeKey("second").CertificateRequest);
        Assert.Equal(ErrorId.EnrollmentFileInvalid, Assert.Throws<AutoRegisterException>(() => Import()).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\": \"autoregister-enrollment\", \"format\": \"autoregister-enrollment\"}")]
    [InlineData("{\"state\": \"KeyMade\"")]
    public void WhatIsNoFileOfADeviceIsRefused(string content)
    {
        File.WriteAllText(path, content);
        Assert.Equal(ErrorId.EnrollmentFileInvalid, Assert.Throws<AutoRegisterException>(() => Import()).Id);
    }

    [Fact]
    public void AFileThatIsTooLargeIsNotRead()
    {
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(2 * 1024 * 1024);
        }

        Assert.Contains("bytes", Assert.Throws<AutoRegisterException>(() => Import()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryOfAnotherDeviceIsNotTouched()
    {
        DeviceKey other = hand.MakeKey("other");
        string before = File.ReadAllText(Path.Join(other.Config.SotaPath, ".registration", "journal.json"));
        Assert.Equal(ErrorId.AlreadyRegistered, Assert.Throws<AutoRegisterException>(() => Import("other")).Id);
        Assert.Equal(before, File.ReadAllText(Path.Join(other.Config.SotaPath, ".registration", "journal.json")));
    }

    [Fact]
    public void AnotherDevicesFileIsNotOverwritten()
    {
        string before = File.ReadAllText(path);
        Assert.Equal(ErrorId.AlreadyRegistered, Assert.Throws<AutoRegisterException>(() => hand.ExportWithoutKey(hand.MakeKey("other"), "device.json")).Id);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public void WhatIsNoFileOfADeviceIsNotOverwritten()
    {
        File.WriteAllText(path, "a letter");
        Assert.Equal(ErrorId.WriteFailed, Assert.Throws<AutoRegisterException>(() => hand.ExportWithoutKey(hand.MakeKey("first"), "device.json")).Id);
        Assert.Equal("a letter", File.ReadAllText(path));
    }

    [Fact]
    public void AShortPassphraseIsRefused()
    {
        using var passphrase = Secret.FromUtf8("1234567"u8);
        Assert.Equal(ErrorId.SettingInvalid, Assert.Throws<AutoRegisterException>(() => KeyProtection.With(passphrase)).Id);
    }

    [Fact]
    public void AKeyIsNotMadeWhereAnImportedDeviceIs()
    {
        Import();
        Assert.Equal(ErrorId.RegistrationIncomplete, Assert.Throws<AutoRegisterException>(() => hand.MakeKey("import")).Id);
    }

    [Fact]
    public void ADeviceWithoutAKeyPassesThrough()
    {
        SotaConfig config = hand.Config("first") with { Apps = ["one"], RestorableApps = [], DeviceGroup = "blue", Production = true };
        hand.Write(config, "config.json");
        SotaConfig read = Assert.IsType<SotaConfig>(hand.ReadInto("config.json", null, null, null, "/nowhere"));
        Assert.Equal(("acme", "board", "first", "blue", true, "/nowhere"), (read.Factory, read.HardwareId, read.Name, read.DeviceGroup, read.Production, read.SotaPath));
        Assert.Equal(["main"], read.Tags);
        Assert.Equal(["one"], read.Apps);
        Assert.Equal([], read.RestorableApps!);
    }

    public void Dispose() => hand.Dispose();

    private object Import(string place = "import") => hand.Read("device.json", place);
}
