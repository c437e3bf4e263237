using System.Text;

namespace AutoRegister.Core.Sota;

/// <summary>
/// A device's <c>sota.toml</c>: sections, in them one line per key. It has two readers, a strict TOML parser and
/// boost's INI parser, so there is never a section or a key twice, and nothing is escaped.
/// </summary>
public sealed class SotaTomlTemplate
{
    private readonly List<(string Name, List<(string Key, string Value)> Keys)> sections = [];

    private SotaTomlTemplate()
    {
    }

    /// <summary>What every device gets, before the overrides of its request.</summary>
    /// <param name="request">Who the device is; its values have been checked.</param>
    /// <param name="ostreeServer">Where OSTree content is.</param>
    public static SotaTomlTemplate For(RegistrationRequest request, Uri gateway, string ostreeServer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(gateway);
        string server = gateway.GetLeftPart(UriPartial.Authority);
        string directory = request.SotaConfigDir;
        var toml = new SotaTomlTemplate();
        toml.Add("tls", ("server", server), ("ca_source", "file"), ("pkey_source", "file"), ("cert_source", "file"));
        toml.Add("provision", ("server", server), ("primary_ecu_hardware_id", request.HardwareId));
        toml.Add("uptane", ("repo_server", $"{server}/repo"), ("key_source", "file"));
        toml.Add("pacman", ("type", "ostree+compose_apps"), ("ostree_server", ostreeServer));
        toml.Add("storage", ("type", "sqlite"), ("path", $"{directory}/"));
        toml.Add(
            "import",
            ("tls_cacert_path", $"{directory}/{CredentialFileNames.RootCertificate}"),
            ("tls_pkey_path", $"{directory}/{CredentialFileNames.PrivateKey}"),
            ("tls_clientcert_path", $"{directory}/{CredentialFileNames.ClientCertificate}"));
        if (request.UseOstreeServer == "false")
        {
            // Unset, the OTA client takes OSTree content from its gateway.
            toml.Set("pacman", "ostree_server", "");
        }

        return toml;
    }

    /// <summary>Applies a request's overrides.</summary>
    /// <param name="overrides">Section, key, and one TOML value on one line; empty to unset the key.</param>
    public SotaTomlTemplate With(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        foreach ((string? section, IReadOnlyDictionary<string, string>? keys) in overrides)
        {
            foreach ((string? key, string? value) in keys)
            {
                Set(section, key, value);
            }
        }

        return this;
    }

    /// <summary>The file's text.</summary>
    /// <returns>TOML that is INI as well.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string? name, List<(string Key, string Value)>? keys) in sections)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append('[').Append(name).Append("]\n");
            foreach ((string? key, string? value) in keys)
            {
                text.Append(value.Length > 0 ? $"{key} = {value}\n" : $"# {key} is not set\n");
            }
        }

        return text.ToString();
    }

    private void Add(string section, params (string Key, string Value)[] keys) =>
        sections.Add((section, [.. keys.Select(pair => (pair.Key, $"\"{pair.Value}\""))]));

    private void Set(string section, string key, string value)
    {
        List<(string Key, string Value)>? keys = sections.Find(s => s.Name == section).Keys;
        if (keys is null)
        {
            sections.Add((section, keys = []));
        }

        int at = keys.FindIndex(pair => pair.Key == key);
        if (at >= 0)
        {
            keys[at] = (key, value);
        }
        else
        {
            keys.Add((key, value));
        }
    }
}
