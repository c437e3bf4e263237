using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>What counts as the text of a configuration file: UTF-8 lines without control characters.</summary>
internal static class ConfigText
{
    // All of C0 and DEL but tab and line feed. CR is here too and gets a second look: it may end a line.
    private static readonly SearchValues<byte> Suspicious = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    /// <summary>Makes sure that a file is text.</summary>
    /// <param name="name">The file's name for the message.</param>
    /// <param name="utf8">Its bytes.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileTooLarge"/> or <see cref="ErrorId.FileNotText"/>, naming the line.</exception>
    public static void Require(string name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > ConfigFile.MaximumLength)
        {
            throw new AutoRegisterException(
                ErrorId.FileTooLarge,
                $"{name} is larger than {ConfigFile.MaximumLength / 1024} KiB, far more than it may hold.",
                "Replace it with the file that was meant.",
                name);
        }

        for (int at = 0; utf8[at..].IndexOfAny(Suspicious) is >= 0 and var offset; at += offset + 1)
        {
            int position = at + offset;
            if (utf8[position] != '\r')
            {
                throw NotText(name, utf8[..position], $"has the control character U+{utf8[position]:X4}");
            }

            if (position + 1 < utf8.Length && utf8[position + 1] != '\n')
            {
                throw NotText(name, utf8[..position], "has a carriage return inside a line");
            }
        }

        if (Utf8.IsValid(utf8))
        {
            return;
        }

        int valid = 0;
        while (Rune.DecodeFromUtf8(utf8[valid..], out _, out int consumed) == OperationStatus.Done)
        {
            valid += consumed;
        }

        throw NotText(name, utf8[..valid], "is not valid UTF-8");
    }

    private static AutoRegisterException NotText(string name, ReadOnlySpan<byte> before, string what)
    {
        string place = $"{name}:{before.Count((byte)'\n') + 1}";
        return new AutoRegisterException(
            ErrorId.FileNotText, $"{place} {what}; it is not a text file.", "Write the file again as plain UTF-8 text.", place);
    }
}
