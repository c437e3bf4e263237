using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Sota;

/// <summary>
/// The text of <c>sota.toml</c> as both readers read it: plain sections, one <c>key = value</c> a line, texts in double quotes and
/// nothing escaped. It is read back before anybody else does.
/// </summary>
internal static class SotaText
{
    // Below their comments the files of a line's devices are the same: what the readers read alike once they do again.
    private static volatile string latest = string.Empty;

    /// <summary>Writes the lines, below a comment, and the token's section behind them.</summary>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.SotaTomlInvalid"/>: the readers would not read them alike.</exception>
    internal static byte[] Encode(IEnumerable<SotaEntry> entries, HsmSettings? hsm, TokenDecisions decisions, string comment = "")
    {
        List<SotaEntry> lines = [.. entries.GroupBy(entry => entry.Section).SelectMany(section => section)];
        if (hsm is null)
        {
            string body = Lines(lines);
            string text = comment + body;
            if (body != latest)
            {
                ReadBack(text, lines);
                latest = body;
            }

            return Encoding.UTF8.GetBytes(text);
        }

        Errors.SecretErrors.RequireThere(hsm.Pin, "user PIN");

        // Without a label the OTA client takes the one that LmP's drop-in names, or the first initialised token.
        SotaEntry[] behind =
        [
            .. hsm.TokenLabel == HsmSettings.DefaultTokenLabel ? Array.Empty<SotaEntry>() : [Token("label", hsm.TokenLabel)],
            Token("tls_pkey_id", decisions.ExistingKey?.Id ?? hsm.Objects.KeyId.Hex),
            Token("tls_clientcert_id", decisions.ExistingCertificateId ?? hsm.Objects.CertificateId.Hex),
        ];
        string head = $"{comment}{Lines(lines)}\n[{SotaKeys.TokenSection}]\n{Token("module", hsm.ModulePath)}\npass = \"";
        string tail = "\"\n" + string.Concat(behind.Select(line => $"{line}\n"));

        // A string cannot be zeroed, so the parsers see zeros in place of the PIN. It has no character that either of them takes for
        // anything but itself: that was a condition when it was read, and is asked once more.
        string blind = new('0', hsm.Pin.Length);
        ReadBack($"{head}{blind}{tail}", [.. lines, Token("module", hsm.ModulePath), Token("pass", blind), .. behind]);
        return HsmRules.PinProblem(hsm.Pin.Utf8) is string problem ? throw SotaToml.Invalid($"the user PIN cannot be in it: {problem}") : Join(head, hsm.Pin, tail);
    }

    private static SotaEntry Token(string key, string value) => new(SotaKeys.TokenSection, key, SotaValueKind.Text, value);

    private static string Lines(IEnumerable<SotaEntry> lines)
    {
        var text = new StringBuilder();
        string section = string.Empty;
        foreach (SotaEntry line in lines)
        {
            if (line.Section != section)
            {
                text.Append(text.Length > 0 ? "\n" : string.Empty).Append('[').Append(section = line.Section).Append("]\n");
            }

            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static void ReadBack(string text, List<SotaEntry> lines)
    {
        string? problem = SotaReaders.Difference(text);
        if (problem is null && !IniEntries.TryRead(text, out _)!.ToHashSet().SetEquals(lines.Select(line => KeyValuePair.Create((line.Section, line.Key), line.Value))))
        {
            problem = "what would be written says something else";
        }

        if (problem is not null)
        {
            throw SotaToml.Invalid(problem);
        }
    }

    private static byte[] Join(string head, Secret pin, string tail)
    {
        int before = Encoding.UTF8.GetByteCount(head);
        byte[] all = GC.AllocateArray<byte>(before + pin.Length + Encoding.UTF8.GetByteCount(tail), pinned: true);
        Encoding.UTF8.GetBytes(head, all);
        pin.Utf8.CopyTo(all.AsSpan(before));
        Encoding.UTF8.GetBytes(tail, all.AsSpan(before + pin.Length));
        return all;
    }
}
