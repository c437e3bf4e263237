using System.Runtime.CompilerServices;
using AutoRegister.Core.Base;

namespace AutoRegister.Core.Configuration;

/// <summary>
/// What the caller's parameters say. <see langword="null"/> means "not given": the next layer (environment, file,
/// default) decides. Secrets stay the caller's: the configuration holds copies of its own.
/// </summary>
public sealed record SotaConfigOptions : IDisposable
{
    // By the name that a setting's definition has for it. A copy shares the values until one of the two says another.
    private Dictionary<string, object> said = [];

    /// <summary>The directory all device paths are below; <c>/</c> when not given.</summary>
    public string? Root { get => Find<string>(); init => Say(value); }

    /// <summary>The OTA client's directory as the device sees it.</summary>
    public string? SotaDirectory { get => Find<string>(); init => Say(value); }

    /// <summary>The factory.</summary>
    public string? Factory { get => Find<string>(); init => Say(value); }

    /// <summary>The tags; an element may itself be a comma list.</summary>
    public IReadOnlyList<string>? Tags { get => Find<IReadOnlyList<string>>(); init => Say(value); }

    /// <summary>The hardware id.</summary>
    public string? HardwareId { get => Find<string>(); init => Say(value); }

    /// <summary>The device name; beats <see cref="UseHostname"/>.</summary>
    public string? Name { get => Find<string>(); init => Say(value); }

    /// <summary>Whether the device is named after <c>/etc/hostname</c>.</summary>
    public bool? UseHostname { get; init; }

    /// <summary>The UUID.</summary>
    public string? Uuid { get => Find<string>(); init => Say(value); }

    /// <summary>Whether <see cref="Uuid"/> must have the form 8-4-4-4-12; it must when not given.</summary>
    public bool? ValidateUuid { get => Flag(); init => Say(value); }

    /// <summary>Whether this is a production device. The environment can turn it on, never off, as upstream.</summary>
    public bool? Production { get => Flag(); init => Say(value); }

    /// <summary>The device group.</summary>
    public string? DeviceGroup { get => Find<string>(); init => Say(value); }

    /// <summary>The apps; an empty list means all apps of the target.</summary>
    public IReadOnlyList<string>? Apps { get => Find<IReadOnlyList<string>>(); init => Say(value); }

    /// <summary>The restorable apps; an empty list is not the same as none given, see <see cref="SotaConfig.RestorableApps"/>.</summary>
    public IReadOnlyList<string>? RestorableApps { get => Find<IReadOnlyList<string>>(); init => Say(value); }

    /// <summary>Whether the OSTree proxy server is used.</summary>
    public bool? UseOstreeServer { get => Flag(); init => Say(value); }

    /// <summary>The registration endpoint.</summary>
    public string? DeviceApi { get => Find<string>(); init => Say(value); }

    /// <summary>The base of the OAuth device flow.</summary>
    public string? OAuthBase { get => Find<string>(); init => Say(value); }

    /// <summary>The API token.</summary>
    public Secret? ApiToken { get => Find<Secret>(); init => Say(value); }

    /// <summary>A file with the API token, as a path on this machine (not below <see cref="Root"/>).</summary>
    public string? ApiTokenPath { get; init; }

    /// <summary>The header that carries the API token.</summary>
    public string? ApiTokenHeader { get => Find<string>(); init => Say(value); }

    /// <summary>The PKCS#11 module, as a path on this machine.</summary>
    public string? HsmModule { get => Find<string>(); init => Say(value); }

    /// <summary>The token's user PIN.</summary>
    public Secret? HsmPin { get => Find<Secret>(); init => Say(value); }

    /// <summary>The token's SO PIN.</summary>
    public Secret? HsmSoPin { get => Find<Secret>(); init => Say(value); }

    /// <summary>The token's label.</summary>
    public string? TokenLabel { get => Find<string>(); init => Say(value); }

    /// <summary>The token's serial number.</summary>
    public string? TokenSerial { get => Find<string>(); init => Say(value); }

    /// <summary>A PKCS#11 URI (RFC 7512) that names module, token, key and PIN file, as far as it says.</summary>
    public string? Pkcs11Uri { get => Find<string>(); init => Say(value); }

    /// <summary>The string the module is given at initialisation.</summary>
    public string? HsmModuleParameter { get => Find<string>(); init => Say(value); }

    /// <summary>Use a key file, whatever the hsm file and credentials say.</summary>
    public bool NoHsm { get; init; }

    /// <summary>Keys that a server's <c>sota.toml</c> may have besides the known ones: <c>section.key</c> or <c>section.key:kind</c>.</summary>
    public IReadOnlyList<string>? AllowTomlKeys { get => Find<IReadOnlyList<string>>(); init => Say(value); }

    /// <summary>Accept plain http to any address; the environment's <c>ALLOW_PLAIN_HTTP=1</c> says the same.</summary>
    public bool? AllowPlainHttp { get; init; }

    /// <summary>
    /// Look for no API token but one given here: the device is registered already and needs none, or OAuth is wanted.
    /// </summary>
    public bool SkipApiToken { get; init; }

    /// <summary>A missing token file is no error: a person is there who can authorise the device instead.</summary>
    public bool ApiTokenOptional { get; init; }

    /// <summary>
    /// Read what <c>lmp-device-register</c> reads and no more: not the files in <c>/etc/sota</c>, the token file, the systemd
    /// credentials, the apps in the image, <c>APPS</c> and <c>USE_HOSTNAME</c>, which its wrapper looks at.
    /// </summary>
    public bool IgnoreDeviceFiles { get; init; }

    /// <summary>What is said of a setting.</summary>
    internal object? Said(string name) => said.GetValueOrDefault(name);

    /// <summary>The same, and a value for a setting; <see langword="null"/> says nothing.</summary>
    internal SotaConfigOptions Saying(string name, object? value)
    {
        SotaConfigOptions more = this with { };
        more.Say(value, name);
        return more;
    }

    /// <summary>Zeroes the secrets; the configuration has its own.</summary>
    public void Dispose()
    {
        ApiToken?.Dispose();
        HsmPin?.Dispose();
        HsmSoPin?.Dispose();
    }

    private T? Find<T>([CallerMemberName] string name = "")
        where T : class => said.GetValueOrDefault(name) as T;

    private bool? Flag([CallerMemberName] string name = "") => said.GetValueOrDefault(name) as bool?;

    private void Say(object? value, [CallerMemberName] string name = "")
    {
        said = new Dictionary<string, object>(said);
        said.Remove(name);
        if (value is not null)
        {
            said[name] = value;
        }
    }
}
