using System.Globalization;
using Microsoft.PowerShell;

// Without ICU there is the invariant culture alone, and where the language is unknown PowerShell breaks lines in the middle of words.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = new EnglishWords();

// PowerShell as it is: what pwsh's own program does, over the same libraries.
return UnmanagedPSEntry.Start(args, args.Length);

/// <summary>The invariant culture, whose words are English.</summary>
internal sealed class EnglishWords() : CultureInfo(string.Empty)
{
    /// <inheritdoc/>
    public override string TwoLetterISOLanguageName => "en";
}
