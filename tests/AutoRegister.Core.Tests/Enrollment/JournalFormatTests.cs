using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Core.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

public sealed class JournalFormatTests
{
    private static readonly JournalEntry Full = new()
    {
        State = RegistrationState.RequestSent,
        Uuid = "u-1",
        UuidIsOurs = true,
        Factory = "acme \"quoted\" ü",
        Production = true,
        KeyPlace = "token",
        KeyFingerprint = new string('a', 64),
        CertificateRequest = "-----BEGIN\n",
        CertificateId = "03",
        Replace = true,
        Strangers = ["one", "two"],
        Restarts = 1,
        Orphans = ["three"],
    };

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        JournalEntry read = JournalFormat.Read(JournalFormat.Write(Full))!;
        Assert.Equal(Full.Strangers, read.Strangers);
        Assert.Equal(Full.Orphans, read.Orphans);
        Assert.Equal(Full, read with { Strangers = Full.Strangers, Orphans = Full.Orphans });
    }

    /// <summary>A property that somebody adds to the entry and forgets here would be lost in a power cut.</summary>
    [Fact]
    public void EveryPropertyIsWritten()
    {
        using JsonDocument document = JsonDocument.Parse(JournalFormat.Write(Full));
        string[] properties = [.. typeof(JournalEntry).GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => property.Name)];
        Assert.Equal(properties.Order(), document.RootElement.EnumerateObject().Select(member => member.Name).Order());
    }

    [Theory]
    [InlineData(RegistrationState.Unregistered)]
    [InlineData(RegistrationState.KeyMade)]
    [InlineData(RegistrationState.RequestSent)]
    [InlineData(RegistrationState.AnswerReceived)]
    public void EveryStateIsRead(RegistrationState state) =>
        Assert.Equal(state, JournalFormat.Read(JournalFormat.Write(Full with { State = state }))!.State);

    [Fact]
    public void AMemberThatIsMissingIsDamage()
    {
        foreach (string name in JsonNode.Parse(JournalFormat.Write(Full))!.AsObject().Select(member => member.Key).ToArray())
        {
            JsonObject entry = JsonNode.Parse(JournalFormat.Write(Full))!.AsObject();
            entry.Remove(name);
            Assert.Throws<JsonException>(() => JournalFormat.Read(Encoding.UTF8.GetBytes(entry.ToJsonString())));
        }
    }

    [Theory]
    [InlineData("State", "\"Registered\"")]
    [InlineData("State", "\"Nowhere\"")]
    [InlineData("State", "1")]
    [InlineData("Uuid", "null")]
    [InlineData("Uuid", "1")]
    [InlineData("UuidIsOurs", "\"yes\"")]
    [InlineData("Restarts", "1.5")]
    [InlineData("Restarts", "99999999999")]
    [InlineData("Strangers", "{}")]
    [InlineData("Orphans", "[null]")]
    public void AMemberOfAnotherKindIsDamage(string name, string value)
    {
        JsonNode entry = JsonNode.Parse(JournalFormat.Write(Full))!;
        entry[name] = JsonNode.Parse(value);
        Assert.Throws<JsonException>(() => JournalFormat.Read(Encoding.UTF8.GetBytes(entry.ToJsonString())));
    }

    [Fact]
    public void ARegisteredDeviceHasNoJournal() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalFormat.Write(Full with { State = RegistrationState.Registered }));
}
