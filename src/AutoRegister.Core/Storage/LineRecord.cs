using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoRegister.Core.Storage;

/// <summary>
/// A line of a line's journal: a digest, a blank and JSON. A device's piece; without content the piece is gone, without a piece all of the
/// device's are. A line that a power cut has torn does not fit its digest and says nothing.
/// </summary>
internal sealed record LineRecord
{
    private const int DigestLength = 32;

    /// <summary>The name of the device's directory beside the line's.</summary>
    public required string Device { get; init; }

    /// <summary>The piece's name; <see langword="null"/>: the device needs no journal any more, or has one of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Piece { get; init; }

    /// <summary>The piece.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Content { get; init; }

    /// <summary>Makes the line, ended by LF.</summary>
    internal byte[] Encode()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, LineRecordJson.Default.LineRecord);
        byte[] line = new byte[DigestLength + 1 + json.Length + 1];
        Digest(json).CopyTo(line, 0);
        line[DigestLength] = (byte)' ';
        json.CopyTo(line, DigestLength + 1);
        line[^1] = (byte)'\n';
        CryptographicOperations.ZeroMemory(json);
        return line;
    }

    /// <summary>Reads a line, without its LF.</summary>
    /// <returns>The record; <see langword="null"/> when it is damaged.</returns>
    internal static LineRecord? Decode(ReadOnlySpan<byte> line)
    {
        if (line.Length <= DigestLength + 1 || !line[..DigestLength].SequenceEqual(Digest(line[(DigestLength + 1)..])))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line[(DigestLength + 1)..], LineRecordJson.Default.LineRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Digest(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        byte[] hex = new byte[DigestLength];
        Convert.TryToHexStringLower(hash[..(DigestLength / 2)], hex, out _);
        return hex;
    }
}

/// <summary>The record's JSON, generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LineRecord))]
internal sealed partial class LineRecordJson : JsonSerializerContext;
