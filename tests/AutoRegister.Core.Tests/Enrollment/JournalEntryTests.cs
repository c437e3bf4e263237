using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Core.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

public sealed class JournalEntryTests
{
    private static readonly JournalEntry Full = new()
    {
        State = RegistrationState.RequestSent,
        Uuid = "u-1",
        UuidIsOurs = true,
        Factory = "acme \"quoted\" ü",
        Production = true,
        KeyStore = "token",
        KeyFingerprint = new string('a', 64),
        CertificateRequest = "-----BEGIN\n",
        CertificateId = "03",
        Replace = true,
        ForeignObjects = ["one", "two"],
        Restarts = 1,
        Orphans = ["three"],
    };

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        JournalEntry read = Read(Write(Full))!;
        Assert.Equal(Full.ForeignObjects, read.ForeignObjects);
        Assert.Equal(Full.Orphans, read.Orphans);
        Assert.Equal(Full, read with { ForeignObjects = Full.ForeignObjects, Orphans = Full.Orphans });
    }

    [Fact]
    public void AMemberThatIsMissingIsDamage()
    {
        foreach (string name in Write(Full).AsObject().Select(member => member.Key).Where(name => name != nameof(JournalEntry.Version)).ToArray())
        {
            JsonObject entry = Write(Full).AsObject();
            entry.Remove(name);
            Assert.Throws<JsonException>(() => Read(entry));
        }
    }

    [Theory]
    [InlineData("State", "\"Nowhere\"")]
    [InlineData("Uuid", "null")]
    [InlineData("Uuid", "1")]
    [InlineData("UuidIsOurs", "\"yes\"")]
    [InlineData("Restarts", "1.5")]
    [InlineData("Restarts", "99999999999")]
    [InlineData("Strangers", "{}")]
    public void AMemberOfAnotherKindIsDamage(string name, string value)
    {
        JsonNode entry = Write(Full);
        entry[name] = JsonNode.Parse(value);
        Assert.Throws<JsonException>(() => Read(entry));
    }

    private static JsonNode Write(JournalEntry entry) => JsonSerializer.SerializeToNode(entry, EnrollmentJson.Default.JournalEntry)!;

    private static JournalEntry? Read(JsonNode entry) => entry.Deserialize(EnrollmentJson.Default.JournalEntry);
}
