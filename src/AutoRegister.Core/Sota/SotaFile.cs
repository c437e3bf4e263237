using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Sota;

/// <summary>
/// Reads a <c>sota.toml</c> that is there. It may hold the user PIN, and a string cannot be zeroed: the PIN is made unreadable before
/// there is one, and who needs it gets it as a <see cref="Secret"/>.
/// </summary>
internal static class SotaFile
{
    private const byte Blind = (byte)'1';

    /// <summary>Reads the text, with ones in place of the PIN.</summary>
    /// <exception cref="IOException">It cannot be read, or is far too large.</exception>
    internal static string ReadText(string path) => TextOf(SmallFile.Read(path));

    /// <summary>The same of a registration's own file.</summary>
    /// <returns>The text; <see langword="null"/> when there is no file.</returns>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.ReadFailed"/>.</exception>
    internal static string? TryReadText(string path) => SmallFile.TryReadOwn(path) is byte[] content ? TextOf(content) : null;

    /// <summary>Reads the user PIN, as it is written: nothing in one that the OTA client can use is escaped.</summary>
    /// <returns>The PIN, which is the caller's; empty when none is named.</returns>
    /// <exception cref="IOException">It cannot be read, or is far too large.</exception>
    internal static Secret ReadPin(string path)
    {
        Span<byte> content = SmallFile.Read(path);
        try
        {
            foreach (Range range in content.Split((byte)'\n'))
            {
                Span<byte> line = content[range];
                if (IsPin(line, out int equals))
                {
                    return Secret.FromUtf8(line[(equals + 1)..].Trim("\" \t\r'"u8));
                }
            }

            return Secret.FromUtf8(default);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static string TextOf(byte[] content)
    {
        HidePin(content);
        string text = Encoding.UTF8.GetString(content);
        CryptographicOperations.ZeroMemory(content);
        return text;
    }

    private static void HidePin(Span<byte> text)
    {
        foreach (Range range in text.Split((byte)'\n'))
        {
            Span<byte> line = text[range];
            if (IsPin(line, out int equals))
            {
                HideValue(line[(equals + 1)..]);
            }
        }
    }

    private static bool IsPin(Span<byte> line, out int equals)
    {
        equals = line.IndexOf((byte)'=');
        return equals > 0 && line[..equals].Trim("\" \t'"u8).SequenceEqual("pass"u8);
    }

    // Only what is between the quotes, so that the line stays what it was to a parser.
    private static void HideValue(Span<byte> value)
    {
        int start = value.IndexOfAny((byte)'"', (byte)'\'');
        byte quote = start < 0 ? (byte)0 : value[start];
        for (int at = start + 1; at < value.Length && value[at] != quote; at++)
        {
            if (quote == '"' && value[at] == '\\')
            {
                at++;
            }
            else if (quote != 0 || char.IsAsciiDigit((char)value[at]))
            {
                value[at] = Blind;
            }
        }
    }
}
