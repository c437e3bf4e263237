namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>Finds a UUID in running text.</summary>
internal static class UuidText
{
    private const string Shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    /// <summary>Finds the first lower-case 8-4-4-4-12.</summary>
    /// <returns>The UUID, or <see langword="null"/>.</returns>
    public static string? Find(string text)
    {
        for (int start = 0; start + Shape.Length <= text.Length; start++)
        {
            if (IsAt(text, start))
            {
                return text.Substring(start, Shape.Length);
            }
        }

        return null;
    }

    private static bool IsAt(string text, int start)
    {
        for (int i = 0; i < Shape.Length; i++)
        {
            char c = text[start + i];
            if (Shape[i] == '-' ? c != '-' : !char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }
}
