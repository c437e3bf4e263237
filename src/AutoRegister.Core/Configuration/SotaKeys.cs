using System.Collections.Frozen;
using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// The sections and keys that <c>sota.toml</c> may have when it comes from a server, with what their values are: those of aktualizr's
/// <c>updateFromPropertyTree</c> functions and of aktualizr-lite's <c>[pacman]</c> section. Programs that the OTA client would run are
/// not among them, and nothing adds them: an image names those in its own <c>/usr/lib/sota/conf.d</c>.
/// </summary>
public sealed class SotaKeys
{
    /// <summary>The section that the device writes itself.</summary>
    public const string TokenSection = "p11";

    private static readonly FrozenSet<string> Programs = FrozenSet.Create(
        StringComparer.Ordinal,
        "bootloader.reboot_command",
        "pacman.callback_program",
        "pacman.docker_images_reload_cmd",
        "pacman.docker_compose_bin",
        "pacman.skopeo_bin",
        "pacman.composectl_bin");

    private readonly Dictionary<string, SotaValueKind> kinds;
    private readonly HashSet<string> sections;

    private SotaKeys(Dictionary<string, SotaValueKind> kinds)
    {
        this.kinds = kinds;
        sections = [.. kinds.Keys.Select(name => name[..name.IndexOf('.', StringComparison.Ordinal)])];
    }

    /// <summary>What every device accepts.</summary>
    public static SotaKeys Standard { get; } = new(StandardKinds());

    /// <summary>The file that adds keys, as whoever reads messages can open it.</summary>
    public string FilePath { get; private init; } = TomlKeySetting.DefaultPath;

    /// <summary>The same keys, on a device below a root directory.</summary>
    /// <param name="root">The directory device paths are below.</param>
    internal SotaKeys Below(string root) => new(kinds) { FilePath = RootedPath.Shown(root, TomlKeySetting.DefaultPath) };

    /// <summary>Whether others are the same keys, wherever their file is.</summary>
    internal bool AreThose(SotaKeys others) => ReferenceEquals(kinds, others.kinds);

    /// <summary>Whether the OTA client would run the value.</summary>
    /// <returns>Whether it is a program or a command.</returns>
    public static bool IsProgram(string section, string key) => Programs.Contains($"{section}.{key}");

    /// <summary>Whether a section may be there.</summary>
    /// <returns>Whether one of the keys is in it.</returns>
    public bool HasSection(string section) => sections.Contains(section);

    /// <summary>What the value of a key is.</summary>
    /// <returns>The kind; <see langword="null"/> for a key that may not be there.</returns>
    public SotaValueKind? KindOf(string section, string key) => kinds.TryGetValue($"{section}.{key}", out SotaValueKind kind) ? kind : null;

    /// <summary>How many there are.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{kinds.Count} keys in {sections.Count} sections");

    /// <summary>Adds keys.</summary>
    /// <param name="names">Each <c>section.key</c>, or <c>section.key:kind</c> with the name of a kind; without one it is a text.</param>
    /// <param name="source">Where they are from, for the message.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>.</exception>
    public SotaKeys With(IEnumerable<string> names, string source)
    {
        ArgumentNullException.ThrowIfNull(names);
        var more = new Dictionary<string, SotaValueKind>(kinds, StringComparer.Ordinal);
        foreach (string name in names)
        {
            string[] parts = name.Split(':');
            string[] path = parts[0].Trim().Split('.');
            string? problem = parts.Length > 2 || path.Length != 2 || !Array.TrueForAll(path, IsBare) ? "is not section.key or section.key:kind, of letters, digits, '_' and '-'"
                : path[0] == TokenSection ? "is in the section that the device writes itself"
                : IsProgram(path[0], path[1]) ? "is a program that the OTA client runs: name it in the image's own /usr/lib/sota/conf.d"
                : null;
            SotaValueKind kind = SotaValueKind.Text;
            if (problem is null && parts.Length == 2 && !TryKind(parts[1].Trim(), out kind))
            {
                problem = $"has none of the kinds {string.Join(", ", Enum.GetNames<SotaValueKind>()).ToLowerInvariant()}";
            }

            more[parts[0].Trim()] = problem is null ? kind : throw new AutoRegisterException(
                ErrorId.SettingInvalid, $"{source}: {Characters.Quote(Printable.Text(name))} {problem}.", "Correct the name of the key.", name);
        }

        return new SotaKeys(more) { FilePath = FilePath };
    }

    /// <summary>Whether a name needs no quotes in TOML, and is the same to both readers.</summary>
    internal static bool IsBare(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static bool TryKind(string name, out SotaValueKind kind) =>
        Enum.TryParse(name, ignoreCase: true, out kind) && string.Equals(kind.ToString(), name, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, SotaValueKind> StandardKinds()
    {
        var all = new Dictionary<string, SotaValueKind>(StringComparer.Ordinal);
        Add("tls", SotaValueKind.Url, "server");
        Add("tls", SotaValueKind.Path, "server_url_path");
        Add("tls", SotaValueKind.Source, "ca_source", "pkey_source", "cert_source");
        Add("provision", SotaValueKind.Url, "server", "ecu_registration_endpoint");
        Add("provision", SotaValueKind.Text, "p12_password", "device_id", "primary_ecu_serial", "primary_ecu_hardware_id", "mode");
        Add("provision", SotaValueKind.Count, "expiry_days");
        Add("provision", SotaValueKind.Path, "provision_path");
        Add("uptane", SotaValueKind.Number, "polling_sec", "secondary_preinstall_wait_sec");
        Add("uptane", SotaValueKind.Url, "director_server", "repo_server");
        Add("uptane", SotaValueKind.Source, "key_source");
        Add("uptane", SotaValueKind.Text, "key_type");
        Add("uptane", SotaValueKind.Flag, "force_install_completion");
        Add("uptane", SotaValueKind.Path, "secondary_config_file");
        Add("pacman", SotaValueKind.Text, "type", "os", "booted", "tags", "compose_apps", "reset_apps", "enforce_composeapp_engine");
        Add("pacman", SotaValueKind.Path, "sysroot", "images_path", "packages_file", "compose_apps_root", "reset_apps_root");
        Add("pacman", SotaValueKind.Path, "compose_apps_tree", "images_data_root", "compose_apps_proxy_ca");
        Add("pacman", SotaValueKind.Url, "ostree_server", "compose_apps_proxy", "hub_auth_creds_endpoint");
        Add("pacman", SotaValueKind.Flag, "fake_need_reboot");
        Add("pacman", SotaValueKind.Switch, "create_apps_tree", "docker_prune", "force_update", "create_containers_before_reboot", "stop_apps_before_update");
        Add("pacman", SotaValueKind.Count, "storage_watermark");
        Add("storage", SotaValueKind.Text, "type");
        Add("storage", SotaValueKind.Path, "path", "sqldb_path", "uptane_metadata_path", "uptane_private_key_path", "uptane_public_key_path");
        Add("storage", SotaValueKind.Path, "tls_cacert_path", "tls_pkey_path", "tls_clientcert_path");
        Add("import", SotaValueKind.Path, "base_path", "uptane_private_key_path", "uptane_public_key_path");
        Add("import", SotaValueKind.Path, "tls_cacert_path", "tls_pkey_path", "tls_clientcert_path");
        Add("telemetry", SotaValueKind.Flag, "report_network", "report_config");
        Add("bootloader", SotaValueKind.Text, "rollback_mode");
        Add("bootloader", SotaValueKind.Path, "reboot_sentinel_dir", "reboot_sentinel_name");
        Add("logger", SotaValueKind.Number, "loglevel");
        return all;

        void Add(string section, SotaValueKind kind, params string[] keys) => Array.ForEach(keys, key => all.Add($"{section}.{key}", kind));
    }
}
