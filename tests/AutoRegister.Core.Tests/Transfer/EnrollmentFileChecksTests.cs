using System.Text.Json.Nodes;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Transfer;

/// <summary>Which check it is that refuses a changed file, and how much a file may be changed without being refused.</summary>
public sealed class EnrollmentFileChecksTests : IDisposable
{
    private const string Block = "-----BEGIN {0}-----\\nMAA=\\n-----END {0}-----\\n";
    private readonly HandOver hand = new();
    private readonly DeviceKey key;

    public EnrollmentFileChecksTests()
    {
        key = hand.MakeKey("first");
        hand.ExportWithoutKey(key, "file.json");
    }

    [Theory]
    [InlineData("format", "\"another\"", "is not of the format")]
    [InlineData("version", "1", "it is of version 1 of its format, and only version 2 proves who wrote it; export the device again")]
    [InlineData("state", "\"Registered\"", "no device is on its way in the state Registered")]
    [InlineData("state", "-1", "no device is on its way in the state -1")]
    [InlineData("state", "\"Unregistered\"", "in the state Unregistered it must not have a key")]
    [InlineData("state", "\"AnswerReceived\"", "in the state AnswerReceived it must have an answer")]
    [InlineData("key", "null", "in the state KeyMade it must have a key")]
    [InlineData("answer", "{}", "in the state KeyMade it must not have an answer")]
    [InlineData("device.uuid", "\"00000000-0000-4000-8000-000000000000\"", "the device's UUID is '00000000-0000-4000-8000-000000000000'")]
    [InlineData("device.factory", "\"other\"", "in the factory other")]
    [InlineData("device.production", "true", "its CSR is not for")]
    [InlineData("key.uuid", "\"00000000-0000-4000-8000-000000000000\"", "its CSR is not for 00000000-0000-4000-8000-000000000000")]
    [InlineData("key.fingerprint", "\"00\"", "its CSR is for another key")]
    [InlineData("key.certificateRequest", "\"nothing\"", "it has no CSR")]
    [InlineData("key.certificateRequest", "\"-----BEGIN CERTIFICATE REQUEST-----\\nMAA=\\n-----END CERTIFICATE REQUEST-----\\n\"", "its CSR cannot be read")]
    [InlineData("key.certificateId", "\"3\"", "not two hex digits")]
    [InlineData("key.certificateId", "\"333\"", "not two hex digits")]
    [InlineData("key.certificateId", "\"3g\"", "not two hex digits")]
    [InlineData("key.sealed", "\"\"", "its private key is not encrypted")]
    [InlineData("key.sealed", "\"-----BEGIN PRIVATE KEY-----\\nMAA=\\n-----END PRIVATE KEY-----\\n\"", "its private key is not encrypted")]
    public void The_check_that_fails_says_so(string where, string value, string words)
    {
        string[] names = where.Split('.');
        hand.Edit("file.json", document => (names.Length == 1 ? document : document[names[0]]!)[names[^1]] = JsonNode.Parse(value));
        Refused(words);
    }

    [Theory]
    [InlineData("ENCRYPTED PRIVATE KEY", "CMS")]
    [InlineData("CMS", "CMS")]
    [InlineData("ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY")]
    public void Two_sealed_keys_are_refused(string first, string second)
    {
        hand.Edit("file.json", document => document["key"]!["sealed"] = JsonNode.Parse('"' + Block.Replace("{0}", first, StringComparison.Ordinal) + Block.Replace("{0}", second, StringComparison.Ordinal) + '"'));
        Refused("its private key is not encrypted");
    }

    [Fact]
    public void Two_requests_are_refused()
    {
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = key.CertificateRequest + key.CertificateRequest);
        Refused("it has no CSR");
    }

    [Fact]
    public void A_request_with_a_broken_signature_is_refused()
    {
        byte[] der = [.. Pem.DecodeAll("CERTIFICATE REQUEST", key.CertificateRequest)[0]];
        der[^1] ^= 1;
        hand.Edit("file.json", document => document["key"]!["certificateRequest"] = Pem.Encode("CERTIFICATE REQUEST", der));
        Refused("its CSR is not signed by its own key");
    }

    [Theory]
    [InlineData("key", "certificateId", "3f")]
    [InlineData("key", "certificateId", "AF")]
    [InlineData("key", "certificateId", "")]
    public void What_fits_is_taken(string parent, string name, string value)
    {
        hand.Edit("file.json", document => document[parent]![name] = value);
        Assert.Equal(key.Uuid, Assert.IsType<DeviceKey>(hand.Read("file.json", "device")).Uuid);
    }

    [Fact]
    public void The_devices_own_uuid_and_a_request_that_was_sent_are_taken()
    {
        hand.Edit("file.json", document =>
        {
            document["device"]!["uuid"] = key.Uuid;
            document["state"] = "RequestSent";
        });
        DeviceKey taken = Assert.IsType<DeviceKey>(hand.Read("file.json", "device"));
        Assert.Equal((key.Uuid, RegistrationState.RequestSent), (taken.Config.Uuid, taken.State));
    }

    [Fact]
    public void A_file_may_have_a_megabyte_and_no_byte_more()
    {
        File.AppendAllText(hand.In("file.json"), new string(' ', (1024 * 1024) - (int)new FileInfo(hand.In("file.json")).Length));
        Assert.IsType<DeviceKey>(hand.Read("file.json", "device"));
        File.AppendAllText(hand.In("file.json"), " ");
        Refused("it has more than 1048576 bytes, and no such file has");
    }

    [Theory]
    [InlineData("null", "is not of the format")]
    [InlineData("{\"format\": \"autoregister-enrollment\", \"version\": 2, \"device\": [[[[[[[[[[1]]]]]]]]]]}", "depth")]
    [InlineData("{\n\n  x", "line 3:")]
    public void What_is_no_file_of_a_device_is_located(string content, string words)
    {
        File.WriteAllText(hand.In("file.json"), content);
        Refused(words);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_another_error()
    {
        Directory.CreateDirectory(hand.In("directory.json"));
        Assert.All(["missing.json", "directory.json"], file =>
        {
            AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read(file, "device"));
            Assert.Equal((ErrorId.FileUnreadable, hand.In(file)), (error.Id, error.Target));
        });
    }

    public void Dispose() => hand.Dispose();

    private void Refused(string words)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => hand.Read("file.json", "elsewhere"));
        Assert.Equal((ErrorId.EnrollmentFileInvalid, hand.In("file.json")), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(hand.In("elsewhere")));
    }
}
