using System.Globalization;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Sota;

/// <summary>Makes the body of the registration request, key for key as <c>lmp-device-register</c> does.</summary>
public static class RegistrationRequestBuilder
{
    /// <summary>Builds the body.</summary>
    /// <param name="config">What the device is told to be.</param>
    /// <param name="certificateRequest">The CSR, PEM.</param>
    /// <param name="observer">Told when restorable apps found on the image are turned on.</param>
    public static RegistrationRequest Build(SotaConfig config, string uuid, string certificateRequest, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(observer);

        var overrides = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        if (config.UsesToken)
        {
            // Empty means "unset": the server's template points these at files, and here the key and certificate are in the token.
            overrides["tls"] = Section(("pkey_source", Quote("pkcs11")), ("cert_source", Quote("pkcs11")));
            overrides["storage"] = Section(("tls_pkey_path", string.Empty), ("tls_clientcert_path", string.Empty));
            overrides["import"] = Section(("tls_pkey_path", string.Empty), ("tls_clientcert_path", string.Empty));
        }

        overrides["pacman"] = PackageManager(config, observer);

        return new RegistrationRequest
        {
            UseOstreeServer = config.UseOstreeServer ? "true" : "false",
            SotaConfigDir = config.SotaDirectory,
            HardwareId = config.HardwareId,
            Name = config.Name ?? uuid,
            Uuid = uuid,
            Csr = certificateRequest,
            Group = string.IsNullOrEmpty(config.DeviceGroup) ? null : config.DeviceGroup,
            Overrides = overrides,
        };
    }

    private static Dictionary<string, string> PackageManager(SotaConfig config, IRegistrationObserver observer)
    {
        Dictionary<string, string> pacman = Section(
            ("type", Quote("ostree+compose_apps")),
            ("compose_apps_root", Quote(config.SotaDirectory + "/compose-apps")));
        if (config.Apps.Count > 0)
        {
            pacman["compose_apps"] = QuoteList(config.Apps);
        }

        pacman["reset_apps_root"] = Quote(config.SotaDirectory + "/reset-apps");
        string? restorable = RestorableApps(config, observer);
        if (restorable is not null)
        {
            pacman["reset_apps"] = restorable;
        }

        pacman["tags"] = QuoteList(config.Tags);
        return pacman;
    }

    /// <summary>Upstream's three cases: not told is a blank, a list is the list, and an empty list depends on the image.</summary>
    private static string? RestorableApps(SotaConfig config, IRegistrationObserver observer)
    {
        if (config.RestorableApps is null)
        {
            return Quote(" ");
        }

        if (config.RestorableApps.Count > 0)
        {
            return QuoteList(config.RestorableApps);
        }

        if (!Directory.Exists(Path.Join(config.SotaPath, "reset-apps")))
        {
            return null;
        }

        observer.ReportStep("Device is preloaded with Restorable Apps, turning their usage ON");
        return Quote(string.Empty);
    }

    private static Dictionary<string, string> Section(params (string Key, string Value)[] pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair => pair.Value);

    private static string QuoteList(IEnumerable<string> values) => Quote(string.Join(',', values));

    private static string Quote(string value) => string.Create(CultureInfo.InvariantCulture, $"\"{value}\"");
}
