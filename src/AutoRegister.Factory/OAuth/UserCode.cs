using System.Security.Cryptography;

namespace AutoRegister.Factory.OAuth;

/// <summary>The code a person types: eight consonants, as RFC 8628 section 6.1 suggests, so that no words appear.</summary>
internal static class UserCode
{
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Half = 4;

    /// <summary>Makes a code.</summary>
    public static string New() => RandomNumberGenerator.GetString(Letters, Half) + "-" + RandomNumberGenerator.GetString(Letters, Half);

    /// <summary>What a person typed in the form the code was made in: case, blanks and the dash do not matter.</summary>
    public static string Normalize(string typed)
    {
        string letters = string.Concat(typed.Where(char.IsAsciiLetter).Select(char.ToUpperInvariant));
        return letters.Length == 2 * Half ? letters[..Half] + "-" + letters[Half..] : "";
    }
}
