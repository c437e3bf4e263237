using System.Buffers;
using System.Text;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// What module paths, PINs and labels may be so that the OTA client can use them later. aktualizr-lite reads
/// <c>sota.toml</c> as an ini file that knows no escapes and puts the PIN into a PKCS#11 URI (RFC 7512) without
/// percent-encoding it; fioconfig reads the same file as strict TOML, where escapes are all there is.
/// </summary>
internal static class HsmRules
{
    // PKCS #11 3.0, 3.2 (CK_TOKEN_INFO): the label is 32 bytes, blank padded.
    private const int MaximumLabel = 32;

    /// <summary>Why a user PIN is unusable; never shows it.</summary>
    public static string? PinProblem(ReadOnlySpan<byte> pin)
    {
        Rune last = default;
        for (ReadOnlySpan<byte> rest = pin; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(rest, out Rune rune, out int length) != OperationStatus.Done)
            {
                return "it is not valid UTF-8";
            }

            string? problem = rune.Value switch
            {
                '"' or '\\' => "it has a double quote or backslash, which sota.toml cannot hold so that both of its readers understand it",
                ';' or '&' or '%' or '?' => "it has ';', '&', '%' or '?', which break the PKCS#11 URI that the OTA client makes of it",
                _ when !Characters.IsPrintable(rune) => "it has a control or format character",
                _ when rest.Length == pin.Length && Rune.IsWhiteSpace(rune) => "it starts with a blank",
                _ => null,
            };
            if (problem is not null)
            {
                return problem;
            }

            last = rune;
            rest = rest[length..];
        }

        return !pin.IsEmpty && Rune.IsWhiteSpace(last) ? "it ends with a blank" : null;
    }

    /// <summary>Why a module path is unusable.</summary>
    public static string? ModuleProblem(string path) =>
        !path.StartsWith('/') ? $"{Characters.Quote(path)} is not an absolute path"
        : path.AsSpan().ContainsAny("\"\\&") ? "the path has a double quote, a backslash or '&', which sota.toml cannot hold so that both of its readers understand it"
        : Characters.Unprintable(path) is string wrong ? $"the path has {wrong}"
        : null;

    /// <summary>Why a token label is unusable.</summary>
    public static string? LabelProblem(string label) =>
        string.IsNullOrWhiteSpace(label) ? "the label is empty"
        : Encoding.UTF8.GetByteCount(label) > MaximumLabel ? $"the label has more than {MaximumLabel} bytes"
        : label.AsSpan().ContainsAny("\"\\") ? "the label has a double quote or backslash, which sota.toml cannot hold"
        : Characters.Unprintable(label) is string wrong ? $"the label has {wrong}"
        : null;
}
