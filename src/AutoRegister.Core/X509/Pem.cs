using System.Security.Cryptography;

namespace AutoRegister.Core.X509;

/// <summary>PEM text (RFC 7468).</summary>
public static class Pem
{
    /// <summary>The label of a certificate.</summary>
    public const string Certificate = "CERTIFICATE";

    /// <summary>Encodes one object, 64 characters a line, lines ended by LF, a LF at the end.</summary>
    /// <param name="label">The label, for example <c>CERTIFICATE</c>.</param>
    /// <param name="der">The bytes.</param>
    public static string Encode(string label, ReadOnlySpan<byte> der) => PemEncoding.WriteString(label, der) + "\n";

    /// <summary>Decodes every object with a label, in order; anything else in the text is passed over, as OpenSSL does.</summary>
    /// <param name="label">The label, for example <c>CERTIFICATE</c>.</param>
    /// <param name="text">PEM text.</param>
    /// <returns>The bytes of each object; empty when there is none.</returns>
    public static IReadOnlyList<byte[]> DecodeAll(string label, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<byte[]> objects = [];
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label].SequenceEqual(label))
            {
                objects.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            }

            rest = rest[fields.Location.End..];
        }

        return objects;
    }
}
