using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Sota;

/// <summary>
/// Where key and certificates are, the device knows and a server may not: one that ignores the overrides of a request names a key file
/// on a device whose key is in a token. What does not fit is corrected and said; what else the file names must be there.
/// </summary>
/// <param name="files">The names of the files that are put into its SOTA directory.</param>
internal sealed class SotaPlaces(SotaConfig config, IReadOnlyCollection<string> files)
{
    // Files that the OTA client cannot do without once they are named.
    private static readonly (string Section, string Key)[] Needed =
        [("tls", "server_url_path"), ("provision", "provision_path"), ("uptane", "secondary_config_file"), ("pacman", "compose_apps_proxy_ca")];

    private readonly List<string> corrected = [];
    private List<SotaEntry> entries = [];

    /// <summary>Makes the file fit the device.</summary>
    /// <param name="observer">Hears what was corrected.</param>
    /// <exception cref="Errors.AutoRegisterException"><see cref="Errors.ErrorId.SotaTomlInvalid"/>: it names a file that is not there.</exception>
    internal SotaToml Fit(SotaToml toml, IRegistrationObserver observer)
    {
        entries = [.. toml.Entries];
        string source = config.Hsm is null ? "file" : "pkcs11";
        SetSource("tls", "pkey_source", source);
        SetSource("tls", "cert_source", source);
        SetSource("tls", "ca_source", "file");
        SetSource("uptane", "key_source", "file");
        NameFile("tls_cacert_path", CredentialFileNames.RootCertificate);
        if (config.Hsm is null)
        {
            NameFile("tls_pkey_path", CredentialFileNames.PrivateKey);
            NameFile("tls_clientcert_path", CredentialFileNames.ClientCertificate);
        }
        else
        {
            Array.ForEach(["tls_pkey_path", "tls_clientcert_path"], key =>
            {
                Remove("storage", key);
                Remove("import", key);
            });
        }

        if (corrected.Count > 0)
        {
            observer.ReportWarning($"The server's sota.toml does not fit this device, whose key is in a {(config.Hsm is null ? "file" : "token")}, and was corrected: {string.Join(", ", corrected)}.");
        }

        foreach ((string section, string key) in Needed)
        {
            if (Find(section, key)?.Value is { Length: > 0 } path && config.OutputPath is null && !IsThere(path))
            {
                throw SotaToml.Invalid($"[{section}] {key} names {Characters.Quote(path)}, which is not on this device");
            }
        }

        return SotaToml.Of(entries);
    }

    // What is not said is "file" to the OTA client.
    private void SetSource(string section, string key, string value)
    {
        if ((Find(section, key)?.Value ?? "file") != value)
        {
            Set(section, key, SotaValueKind.Source, value);
        }
    }

    private void NameFile(string key, string name)
    {
        if (Find("import", key)?.Value is not { Length: > 0 } path || !IsThere(Path.Join(path.StartsWith('/') ? "/" : Find("import", "base_path")?.Value ?? "/var/sota/import", path)))
        {
            Set("import", key, SotaValueKind.Path, $"{config.SotaDirectory.TrimEnd('/')}/{name}");
        }
    }

    private bool IsThere(string devicePath)
    {
        string path = Path.GetFullPath(devicePath);
        string directory = Path.GetFullPath(config.SotaDirectory).TrimEnd('/') + "/";
        return path.StartsWith(directory, StringComparison.Ordinal)
            ? files.Contains(path[directory.Length..]) || File.Exists(Path.Join(config.SotaPath, path[directory.Length..]))
            : config.OutputPath is null && File.Exists(config.Resolve(path));
    }

    private SotaEntry? Find(string section, string key) => entries.Find(entry => entry.Section == section && entry.Key == key);

    private void Set(string section, string key, SotaValueKind kind, string value)
    {
        var entry = new SotaEntry(section, key, kind, value);
        int at = entries.FindIndex(other => other.Section == section && other.Key == key);
        corrected.Add($"[{section}] {entry}{(at < 0 ? string.Empty : $" (was {Characters.Quote(entries[at].Value)})")}");
        if (at >= 0)
        {
            entries[at] = entry;
        }
        else
        {
            entries.Add(entry);
        }
    }

    private void Remove(string section, string key)
    {
        if (Find(section, key) is SotaEntry entry)
        {
            entries.Remove(entry);
            corrected.Add($"[{section}] {key} is unset (was {Characters.Quote(entry.Value)})");
        }
    }
}
