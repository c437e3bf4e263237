using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoRegister.Core.Sota;

/// <summary>
/// What a registration asked for and got that cannot be read from its files: the device name, and what the files were. It is a comment
/// in <c>sota.toml</c>, one line of JSON in ASCII, which neither of the file's readers sees. A file that another program has written since
/// has none: then less can be told, and nothing is wrong.
/// </summary>
internal sealed record RegistrationRecord
{
    private const string Mark = "# registration: ";

    /// <summary>The UUID it is for.</summary>
    public required string Uuid { get; init; }

    /// <summary>The device name.</summary>
    public required string Name { get; init; }

    /// <summary>The device group; <see langword="null"/> when none was chosen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>SHA-256 of <c>root.crt</c>, hex.</summary>
    public required string Root { get; init; }

    /// <summary>SHA-256 of the device certificate (DER), hex.</summary>
    public required string Certificate { get; init; }

    /// <summary>SHA-256 of the certificate's SubjectPublicKeyInfo, hex.</summary>
    public required string Key { get; init; }

    /// <summary>Makes the record of an answer.</summary>
    internal static RegistrationRecord Of(string? name, string? group, RegistrationAnswer answer) => new()
    {
        Uuid = answer.Certificate.CommonName,
        Name = name ?? answer.Certificate.CommonName,
        Group = group,
        Root = DigestOf(Encoding.UTF8.GetBytes(answer.Files[CredentialFileNames.RootCertificate])),
        Certificate = DigestOf(answer.Certificate.Leaf.RawData),
        Key = answer.Certificate.KeyFingerprint,
    };

    /// <summary>Reads the record of a <c>sota.toml</c>.</summary>
    /// <returns>The record; <see langword="null"/> when there is none that can be read.</returns>
    internal static RegistrationRecord? Read(string toml)
    {
        foreach (ReadOnlySpan<char> line in toml.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Mark))
            {
                try
                {
                    return JsonSerializer.Deserialize(line[Mark.Length..], RegistrationRecordJson.Default.RegistrationRecord);
                }
                catch (JsonException)
                {
                    return null;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a file is byte for byte what <see cref="Root"/> or <see cref="Certificate"/> says.</summary>
    internal static bool Fits(string digest, ReadOnlySpan<byte> content) => DigestOf(content) == digest;

    /// <summary>The line, ended by LF.</summary>
    public override string ToString() => Mark + JsonSerializer.Serialize(this, RegistrationRecordJson.Default.RegistrationRecord) + "\n";

    private static string DigestOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

/// <summary>The record's JSON, generated at compile time; its default encoder leaves ASCII alone.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RegistrationRecord))]
internal sealed partial class RegistrationRecordJson : JsonSerializerContext;
