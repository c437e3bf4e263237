using System.Text;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace AutoRegister.Core.Credentials;

/// <summary>
/// The OTA client's configuration. Two programs read it and do not agree on the language: aktualizr-lite takes INI lines with
/// quotes stripped, fioconfig strict TOML. What is written here is both.
/// </summary>
public sealed class SotaToml
{
    /// <summary>CKA_ID of the device key, as both readers write it.</summary>
    public const string KeyId = "01";

    /// <summary>CKA_ID of the device certificate.</summary>
    public const string CertificateId = "03";

    private readonly string text;

    private SotaToml(string text, DocumentSyntax document)
    {
        this.text = text;
        GatewayServer = Value(document, "tls", "server");
        HasToken = document.Tables.Any(table => NameOf(table.Name) == "p11");
        TokenKeyId = Value(document, "p11", "tls_pkey_id") is { Length: > 0 } key ? key : KeyId;
        TokenCertificateId = Value(document, "p11", "tls_clientcert_id") is { Length: > 0 } certificate ? certificate : CertificateId;
        TokenModule = Value(document, "p11", "module");
        TokenLabel = Value(document, "p11", "label") is { Length: > 0 } label ? label : HsmSettings.DefaultTokenLabel;
        Tags = Value(document, "pacman", "tags");
        Apps = Value(document, "pacman", "compose_apps");
        HardwareId = Value(document, "provision", "primary_ecu_hardware_id");
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

    /// <summary>The tags whose targets the OTA client follows, separated by commas; empty when none are named.</summary>
    internal string Tags { get; }

    /// <summary>The apps to run, separated by commas; empty when none are named.</summary>
    internal string Apps { get; }

    /// <summary>The hardware id; empty when none is named.</summary>
    internal string HardwareId { get; }

    /// <summary>The user PIN by which the OTA client logs in to its token. The caller disposes of it.</summary>
    /// <returns>The PIN; empty when none is named.</returns>
    internal Secret ReadTokenPin() => Secret.FromChars(Value(SyntaxParser.ParseStrict(text), "p11", "pass"));

    /// <summary>Parses the file of an answer and checks that both readers can use it.</summary>
    /// <param name="text">The text of <c>sota.toml</c> as the server sent it.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SotaTomlInvalid"/>.</exception>
    public static SotaToml ParseAnswer(string text)
    {
        SotaToml toml = TryParse(text, out string problem) ?? throw Invalid(problem);
        int line = IniLines.FirstUnreadable(text);
        if (line > 0)
        {
            throw Invalid($"line {line} cannot be read by the OTA client, which reads one 'key = value' a line");
        }

        if (toml.HasToken)
        {
            throw Invalid("it has a [p11] section of its own");
        }

        return Uri.TryCreate(toml.GatewayServer, UriKind.Absolute, out Uri? server) && server.Scheme == Uri.UriSchemeHttps
            ? toml
            : throw Invalid("its [tls] section names no https server");
    }

    /// <summary>Parses a file that is already there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>The configuration; <see langword="null"/> when it is no TOML.</returns>
    public static SotaToml? TryParse(string text, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            // Validated: a section or key that comes twice is fatal to both readers, and Tomlyn's serializer would let it pass.
            DocumentSyntax document = SyntaxParser.ParseStrict(text, sourceName: null, validate: true);
            problem = document.Tables.ChildrenCount == 0 ? "it is empty" : string.Empty;
            return problem.Length > 0 ? null : new SotaToml(text, document);
        }
        catch (TomlException e)
        {
            problem = $"it is no TOML ({Printable.Text(e.Message)})";
            return null;
        }
    }

    /// <summary>The bytes to write: the server's text and, with a token, exactly one <c>[p11]</c> section at the end.</summary>
    /// <param name="hsm">The token; <see langword="null"/> for a software key.</param>
    /// <returns>UTF-8; with a token it holds the PIN, and the caller zeroes it.</returns>
    public byte[] Encode(HsmSettings? hsm) => Encode(hsm, null);

    /// <summary>The same, below what the registration writes down of itself.</summary>
    internal byte[] Encode(HsmSettings? hsm, RegistrationRecord? record)
    {
        byte[] body = Encoding.UTF8.GetBytes($"{record}{text.TrimEnd()}\n");
        if (hsm is null)
        {
            return body;
        }

        // PIN and module were refused when they were read if they cannot be written as a plain quoted value.
        return
        [
            .. body,
            .. Encoding.UTF8.GetBytes($"\n[p11]\nmodule = \"{hsm.ModulePath}\"\npass = \""),
            .. hsm.Pin.Utf8,
            .. Encoding.UTF8.GetBytes($"\"\n{Label(hsm)}tls_pkey_id = \"{hsm.ExistingKey?.Id ?? hsm.Objects.KeyId.Hex}\"\ntls_clientcert_id = \"{hsm.ExistingCertificateId ?? hsm.Objects.CertificateId.Hex}\"\n"),
        ];
    }

    // Without a label the OTA client takes the one that LmP's drop-in names, or the first initialised token.
    private static string Label(HsmSettings hsm) =>
        hsm.TokenLabel == HsmSettings.DefaultTokenLabel ? string.Empty : $"label = \"{hsm.TokenLabel}\"\n";

    private static string Value(DocumentSyntax document, string section, string key) => document.Tables
        .Where(table => NameOf(table.Name) == section)
        .SelectMany(table => table.Items)
        .Where(item => NameOf(item.Key) == key)
        .Select(item => (item.Value as StringValueSyntax)?.Value ?? string.Empty)
        .FirstOrDefault(string.Empty);

    private static string NameOf(KeySyntax? name) => name?.ToString().Trim() ?? string.Empty;

    private static AutoRegisterException Invalid(string what) => new(
        ErrorId.SotaTomlInvalid,
        $"The sota.toml in the server's answer cannot be used: {what}. Nothing was written.",
        "Correct the configuration that the factory's server hands out; then run the registration again.");
}
