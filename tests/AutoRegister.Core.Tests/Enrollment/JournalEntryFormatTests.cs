using System.Text;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>An entry carries its own digest: whatever is changed in its bytes is noticed.</summary>
public sealed class JournalEntryFormatTests
{
    private static readonly JournalEntry Whole = new()
    {
        State = RegistrationState.RequestSent, Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751", UuidIsOurs = true, Factory = "acme", Production = true,
        KeyStore = "token aktualizr", KeyFingerprint = new string('a', 64), CertificateRequest = "-----BEGIN\nMIIB\n", ForeignObjects = ["one"], Orphans = ["two"],
        Origin = new JournalOrigin { MachineId = "ab", MachineIdIsKept = true, Hardware = "dmi:cd", Born = "1.000000002" },
    };

    private static readonly byte[] Bytes = JournalEntryFormat.Encode(Whole);

    [Fact]
    public void What_is_written_is_read()
    {
        JournalEntry read = JournalEntryFormat.Decode(Bytes, out string damage)!;
        Assert.Empty(damage);
        Assert.Matches("\"Digest\":\"[0-9a-f]{64}\"", Encoding.UTF8.GetString(Bytes));
        Assert.Equal(Whole.ForeignObjects, read.ForeignObjects);
        Assert.Equal(Whole.Orphans, read.Orphans);
        Assert.Equal(Whole, read with { ForeignObjects = Whole.ForeignObjects, Orphans = Whole.Orphans });
    }

    [Fact]
    public void No_bit_can_be_flipped_unnoticed()
    {
        for (int bit = 0; bit < Bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. Bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(JournalEntryFormat.Decode(flipped, out string damage) is null && damage.Length > 0, $"bit {bit}");
        }
    }

    [Fact]
    public void No_end_can_be_cut_off_unnoticed()
    {
        for (int length = 0; length < Bytes.Length; length++)
        {
            Assert.Null(JournalEntryFormat.Decode(Bytes.AsSpan(0, length), out string damage));
            Assert.NotEmpty(damage);
        }
    }

    [Theory]
    [InlineData("\"RequestSent\"", "2")]
    [InlineData("\"RequestSent\"", "\"2\"")]
    [InlineData("\"RequestSent\"", "\"requestsent\"")]
    [InlineData("\"RequestSent\"", "\"Registered\"")]
    [InlineData("\"RequestSent\"", "\"Elsewhere\"")]
    [InlineData("{\"Version\"", "{\"More\":1,\"Version\"")]
    [InlineData("\"Restarts\":0", "\"Restarts\":0.0")]
    public void What_says_the_same_in_another_way_is_damage(string written, string instead)
    {
        string text = Encoding.UTF8.GetString(Bytes);
        Assert.Contains(written, text, StringComparison.Ordinal);
        Assert.Null(JournalEntryFormat.Decode(Encoding.UTF8.GetBytes(text.Replace(written, instead, StringComparison.Ordinal)), out string damage));
        Assert.NotEmpty(damage);
    }
}
