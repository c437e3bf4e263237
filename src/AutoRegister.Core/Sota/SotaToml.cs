using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Sota;

/// <summary>
/// The OTA client's configuration. Two programs read it and do not agree on the language: aktualizr-lite takes INI lines with
/// quotes stripped, fioconfig strict TOML. What comes from a server is decoded, checked against <see cref="SotaKeys"/>, and written
/// anew in the one form that both read alike.
/// </summary>
public sealed class SotaToml
{
    /// <summary>CKA_ID of the device key, as both readers write it.</summary>
    public const string KeyId = "01";

    /// <summary>CKA_ID of the device certificate.</summary>
    public const string CertificateId = "03";

    // Devices of one factory and hardware id get the same file: on a line it is decoded and checked once.
    private static volatile CheckedAnswer? latest;

    private SotaToml(IReadOnlyList<SotaEntry> entries)
    {
        Entries = entries;
        GatewayServer = Value("tls", "server");
        HasToken = entries.Any(entry => entry.Section == SotaKeys.TokenSection);
        TokenKeyId = Value(SotaKeys.TokenSection, "tls_pkey_id") is { Length: > 0 } key ? key : KeyId;
        TokenCertificateId = Value(SotaKeys.TokenSection, "tls_clientcert_id") is { Length: > 0 } certificate ? certificate : CertificateId;
        TokenModule = Value(SotaKeys.TokenSection, "module");
        TokenLabel = Value(SotaKeys.TokenSection, "label") is { Length: > 0 } label ? label : HsmSettings.DefaultTokenLabel;
        KeyFile = RotatedFile("tls_pkey_path", "pkey.") ?? CredentialFileNames.PrivateKey;
        CertificateFile = RotatedFile("tls_clientcert_path", "client.") ?? CredentialFileNames.ClientCertificate;
        Tags = Value("pacman", "tags");
        Apps = Value("pacman", "compose_apps");
        HardwareId = Value("provision", "primary_ecu_hardware_id");
    }

    /// <summary>The URL of the device gateway (<c>[tls] server</c>); empty when there is none.</summary>
    public string GatewayServer { get; }

    /// <summary>Whether there is a <c>[p11]</c> section: key and certificate are in a token.</summary>
    public bool HasToken { get; }

    /// <summary>The id by which the OTA client looks for its key in the token, two hex digits.</summary>
    public string TokenKeyId { get; }

    /// <summary>The id by which the OTA client looks for its certificate in the token, two hex digits.</summary>
    public string TokenCertificateId { get; }

    /// <summary>The PKCS#11 module (<c>[p11] module</c>); empty when there is none.</summary>
    internal string TokenModule { get; }

    /// <summary>The token's label: the file's, or the one that LmP's OTA client looks for.</summary>
    internal string TokenLabel { get; }

    /// <summary>The name of the file with the device's key in its SOTA directory: after a renewal another one than before.</summary>
    internal string KeyFile { get; }

    /// <summary>The name of the file with the device's certificate, likewise.</summary>
    internal string CertificateFile { get; }

    /// <summary>The tags whose targets the OTA client follows, separated by commas; empty when none are named.</summary>
    internal string Tags { get; }

    /// <summary>The apps to run, separated by commas; empty when none are named.</summary>
    internal string Apps { get; }

    /// <summary>The hardware id; empty when none is named.</summary>
    internal string HardwareId { get; }

    /// <summary>Its lines.</summary>
    internal IReadOnlyList<SotaEntry> Entries { get; }

    /// <summary>Its gateway.</summary>
    public override string ToString() => GatewayServer.Length == 0 ? "no gateway" : $"gateway {GatewayServer}";

    /// <summary>Decodes the file of an answer and checks all that it says.</summary>
    /// <param name="text">The text of <c>sota.toml</c> as the server sent it.</param>
    /// <param name="keys">What it may have; <see cref="SotaKeys.Standard"/> unless the device is told more.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaTomlInvalid"/>.</exception>
    public static SotaToml ParseAnswer(string text, SotaKeys? keys = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        keys ??= SotaKeys.Standard;
        if (latest is CheckedAnswer same && same.Text == text && keys.AreThose(same.Keys))
        {
            return same.Toml;
        }

        List<TomlEntry> read = TomlEntries.TryRead(text, out string problem) ?? throw Invalid(problem);
        if (read.Count == 0)
        {
            throw Invalid("it is empty");
        }

        var toml = new SotaToml(SotaAnswer.Check(read, keys));
        if (!Uri.TryCreate(toml.GatewayServer, UriKind.Absolute, out Uri? server) || server.Scheme != Uri.UriSchemeHttps)
        {
            throw Invalid("its [tls] section names no https server");
        }

        latest = new CheckedAnswer(text, keys, toml);
        return toml;
    }

    /// <summary>Reads a file that is already there, as a strict parser does.</summary>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>The configuration; <see langword="null"/> when it is no TOML.</returns>
    public static SotaToml? TryParse(string text, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<TomlEntry>? read = TomlEntries.TryRead(text, out problem);
        problem = read is { Count: 0 } ? "it is empty" : problem;
        return problem.Length > 0 ? null : new SotaToml(
        [
            .. read!.Where(entry => entry.Path.Count is 1 or 2).Select(entry =>
                new SotaEntry(entry.Path[0], entry.Path.Count == 2 ? entry.Path[1] : string.Empty, SotaValueKind.Text, entry.Kind == TomlEntryKind.Text ? entry.Text : string.Empty)),
        ]);
    }

    /// <summary>The bytes to write, read back by the rules of both readers. With a token exactly one <c>[p11]</c> section is at the end.</summary>
    /// <param name="hsm">The token; <see langword="null"/> for a software key.</param>
    /// <returns>UTF-8 in pinned memory; with a token it holds the PIN, and the caller zeroes it.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaTomlInvalid"/>.</exception>
    public byte[] Encode(HsmSettings? hsm) => SotaText.Encode(Entries, hsm, TokenDecisions.None);

    /// <summary>The same, below what the registration writes down of itself.</summary>
    internal byte[] Encode(HsmSettings? hsm, TokenDecisions decisions, RegistrationRecord? record = null) => SotaText.Encode(Entries, hsm, decisions, $"{record}");

    /// <summary>The error that a server's file cannot be used.</summary>
    internal static AutoRegisterException Invalid(string what) => new(
        ErrorId.SotaTomlInvalid,
        $"The sota.toml in the server's answer cannot be used: {what}. Nothing was written.");

    /// <summary>The same file with other lines.</summary>
    internal static SotaToml Of(IReadOnlyList<SotaEntry> entries) => new(entries);

    // fioconfig leaves the files of a registration as they are, makes pkey.*.pem and client.*.pem beside them, and names those instead.
    private string? RotatedFile(string key, string prefix) =>
        Path.GetFileName(Value("import", key)) is { } name && name.Length > prefix.Length + ".pem".Length
            && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".pem", StringComparison.Ordinal)
            && name[prefix.Length..^".pem".Length].All(char.IsAsciiDigit) ? name : null;

    private string Value(string section, string key) =>
        Entries.FirstOrDefault(entry => entry.Section == section && entry.Key == key)?.Value ?? string.Empty;

    private sealed record CheckedAnswer(string Text, SotaKeys Keys, SotaToml Toml);
}
