using System.Security.Cryptography;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Files;

/// <summary>
/// Reads a name or the value of an assignment off the front of a line, with the quoting of POSIX.1-2024, 2.2: backslash,
/// single quotes, double quotes, and any of them one after the other.
/// </summary>
internal static class ShellWord
{
    /// <summary>The length of the variable name a text starts with; 0 when it starts with none.</summary>
    public static int Name(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetter((char)text[length]) || text[length] == '_' || (length > 0 && char.IsAsciiDigit((char)text[length]))))
        {
            length++;
        }

        return length;
    }

    /// <summary>Whether a word ends here.</summary>
    public static bool AtBreak(ReadOnlySpan<byte> rest) => rest.IsEmpty || rest[0] is (byte)' ' or (byte)'\t' or (byte)';';

    /// <summary>Reads a value.</summary>
    /// <param name="rest">The text; afterwards what follows the value.</param>
    /// <param name="exporting">Whether it is an operand of <c>export</c>, which some shells expand where they leave an assignment alone.</param>
    /// <param name="problem">Why there is no value.</param>
    /// <returns>The value, or <see langword="null"/>.</returns>
    public static Secret? Read(ref ReadOnlySpan<byte> rest, bool exporting, out string? problem)
    {
        // A value is never longer than its quoted form.
        byte[] scratch = GC.AllocateUninitializedArray<byte>(rest.Length, pinned: true);
        int length = 0;
        problem = null;
        byte previous = (byte)':';
        try
        {
            while (!AtBreak(rest) && problem is null)
            {
                byte next = rest[0];
                rest = rest[1..];
                problem = next switch
                {
                    (byte)'\'' => Single(ref rest, scratch, ref length),
                    (byte)'"' => Double(ref rest, scratch, ref length),
                    (byte)'\\' => Escaped(ref rest, scratch, ref length),
                    _ => Plain(next, previous, exporting, scratch, ref length),
                };

                // After a quote, as at the start and after a colon, a shell might take a tilde for a home directory.
                previous = next is (byte)'\'' or (byte)'"' or (byte)'\\' ? (byte)':' : next;
            }

            return problem is null ? Secret.FromUtf8(scratch.AsSpan(0, length)) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scratch);
        }
    }

    private static string? Plain(byte next, byte previous, bool exporting, byte[] scratch, ref int length)
    {
        scratch[length++] = next;
        return next switch
        {
            (byte)'$' => "a '$' outside single quotes would be expanded by a shell, and nothing is expanded here",
            (byte)'`' => "a command in backquotes would be run by a shell, and nothing is run here",
            (byte)'&' or (byte)'|' or (byte)'<' or (byte)'>' or (byte)'(' or (byte)')' =>
                $"'{(char)next}' outside quotes is shell code, and nothing is run here",
            (byte)'~' when previous == ':' => "a '~' outside quotes would be expanded by a shell, and nothing is expanded here",
            (byte)'*' or (byte)'?' or (byte)'[' or (byte)'{' when exporting =>
                $"'{(char)next}' outside quotes after export would be expanded by some shells, and nothing is expanded here",
            _ => null,
        };
    }

    private static string? Escaped(ref ReadOnlySpan<byte> rest, byte[] scratch, ref int length)
    {
        if (rest.IsEmpty)
        {
            return "the line continues on the next one, which is not supported";
        }

        scratch[length++] = rest[0];
        rest = rest[1..];
        return null;
    }

    private static string? Single(ref ReadOnlySpan<byte> rest, byte[] scratch, ref int length)
    {
        int end = rest.IndexOf((byte)'\'');
        if (end < 0)
        {
            return "a single quote is not closed on this line";
        }

        rest[..end].CopyTo(scratch.AsSpan(length));
        length += end;
        rest = rest[(end + 1)..];
        return null;
    }

    private static string? Double(ref ReadOnlySpan<byte> rest, byte[] scratch, ref int length)
    {
        for (int i = 0; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case (byte)'"':
                    rest = rest[(i + 1)..];
                    return null;
                case (byte)'$':
                    return "a '$' outside single quotes would be expanded by a shell, and nothing is expanded here";
                case (byte)'`':
                    return "a command in backquotes would be run by a shell, and nothing is run here";
                case (byte)'\\' when i + 1 < rest.Length && rest[i + 1] is (byte)'$' or (byte)'`' or (byte)'"' or (byte)'\\':
                    // Before anything else a backslash between double quotes stands for itself.
                    i++;
                    break;
            }

            scratch[length++] = rest[i];
        }

        return "a double quote is not closed on this line";
    }
}
