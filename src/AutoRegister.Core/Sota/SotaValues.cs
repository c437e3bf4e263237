using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>Makes a decoded value into what is written for both readers, or says why that cannot be.</summary>
internal static class SotaValues
{
    /// <summary>Takes a value.</summary>
    /// <param name="kind">What it must be.</param>
    /// <param name="entry">The value as a TOML parser reads it.</param>
    /// <returns>Why it cannot be; <see langword="null"/> when it can.</returns>
    internal static string? Take(SotaValueKind kind, TomlEntry entry, out string value)
    {
        value = entry.Text;
        switch (kind)
        {
            case SotaValueKind.Number or SotaValueKind.Count:
                // A number in quotes is passed over by the OTA client where it wants one without: what was meant is written.
                bool isNumber = ulong.TryParse(entry.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= long.MaxValue;
                value = number.ToString(CultureInfo.InvariantCulture);
                return isNumber && entry.Kind is TomlEntryKind.Number or TomlEntryKind.Text ? null : "is no whole number from 0 up";
            case SotaValueKind.Flag or SotaValueKind.Switch:
                bool? flag = entry.Text switch { "true" or "1" => true, "false" or "0" => false, _ => null };
                value = kind == SotaValueKind.Switch ? (flag == true ? "1" : "0") : flag == true ? "true" : "false";
                return flag is null ? $"is neither {(kind == SotaValueKind.Switch ? "\"1\" nor \"0\"" : "true nor false")}" : null;
            default:
                return entry.Kind != TomlEntryKind.Text ? "is no text" : ProblemOfText(entry.Text) ?? ProblemOf(kind, entry.Text);
        }
    }

    private static string? ProblemOfText(string text) =>
        text.AsSpan().ContainsAny("\"\\") ? "has a double quote or backslash, which the OTA client and a TOML parser do not read alike"
        : Characters.Unprintable(text) is string wrong ? $"has {wrong}"
        : null;

    private static string? ProblemOf(SotaValueKind kind, string text) => kind switch
    {
        SotaValueKind.Path when text.Contains('&', StringComparison.Ordinal) => "is a path with '&', which the OTA client takes for an escape",
        SotaValueKind.Source when text is not ("file" or "pkcs11") => "is neither \"file\" nor \"pkcs11\"",
        SotaValueKind.Url when text.Length > 0 && !IsUrl(text) => "is no http or https URL",
        _ => null,
    };

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.Host.Length > 0
        && !text.Any(char.IsWhiteSpace);
}
