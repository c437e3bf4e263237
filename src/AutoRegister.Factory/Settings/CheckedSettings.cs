using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Reports;

namespace AutoRegister.Factory.Settings;

/// <summary>Settings that were checked. Nothing is invented: what must be said and is not is an error that names the setting.</summary>
internal sealed partial class CheckedSettings(ServeSettings settings, string path)
{
    /// <summary>The factory's name.</summary>
    public string Factory => FactoryName().IsMatch(settings.Factory ?? "")
        ? settings.Factory!
        : throw Wrong("Factory", "must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'", settings.Factory);

    /// <summary>The port at which stations and devices register.</summary>
    public IPEndPoint ApiEndpoint => Endpoint("Api:Listen", settings.Api.Listen) ?? throw Missing("Api:Listen", "0.0.0.0:8443");

    /// <summary>The port at which devices renew their certificates, if there is one.</summary>
    public IPEndPoint? EstEndpoint => Endpoint("Est:Listen", settings.Est.Listen);

    /// <summary>The port for the line's screen, if there is one.</summary>
    public IPEndPoint? AdminEndpoint => Endpoint("Admin:Listen", settings.Admin.Listen);

    /// <summary>The screen's password file, where there is a screen.</summary>
    public string? AdminPasswordFile => (AdminEndpoint, settings.Admin.PasswordFile) switch
    {
        (null, _) => null,
        (_, { Length: > 0 } file) => Path.GetFullPath(file),
        _ => throw Missing("Admin:PasswordFile", "/etc/lmp-factory/screen-password"),
    };

    /// <summary>From where the metrics may be read: this machine, when nothing else is said.</summary>
    public AddressRanges MetricsRanges => AddressRanges.Parse(
        settings.Admin.MetricsAddresses is { Count: > 0 } ranges ? ranges : ["127.0.0.0/8", "::1"], Name("Admin:MetricsAddresses"));

    /// <summary>How long a server that stops says so before it closes its ports.</summary>
    public TimeSpan Drain => settings.Api.DrainSeconds is >= 0 and <= 300 and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : throw Wrong("Api:DrainSeconds", "must be 0 to 300", $"{settings.Api.DrainSeconds}");

    /// <summary>Whom devices are reported to, if to anybody.</summary>
    public ReportTarget? Foundries => Target("Foundries", settings.Foundries, "the API's", "https://api.foundries.io/ota/");

    /// <summary>Who is told of devices that were revoked, if anybody is.</summary>
    public ReportTarget? DenyList => Target("DenyList", settings.DenyList, "the receiver's", "https://gateway.example/denied/");

    /// <summary>The networks whose devices may use <c>/sign</c>, if there are any.</summary>
    public AddressRanges? SignRanges =>
        settings.Api.SignAddresses is { Count: > 0 } ranges ? AddressRanges.Parse(ranges, Name("Api:SignAddresses")) : null;

    /// <summary>The device gateway that sota.toml names.</summary>
    public Uri Gateway => Uri.TryCreate(settings.Devices.Gateway, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttps && url.AbsolutePath == "/"
        ? url
        : throw Wrong("Devices:Gateway", "must be the device gateway's URL, such as https://ota-gateway.example:8443", settings.Devices.Gateway);

    /// <summary>The kinds of key that are certified.</summary>
    public IReadOnlySet<DeviceKeyType> KeyTypes => settings.Devices.KeyTypes is { Count: > 0 } names
        ? DeviceKeyType.ParseList(string.Join(',', names), Name("Devices:KeyTypes"), ExitCode.Configuration)
        : new HashSet<DeviceKeyType> { DeviceKeyType.P256 };

    /// <summary>Which devices are registered as what.</summary>
    public AdmissionPolicy Policy => Enum.TryParse<AdmissionMode>(settings.Devices.Admission, out AdmissionMode mode) && Enum.IsDefined(mode)
        ? new AdmissionPolicy(mode, settings.Devices.Tags is { Count: > 0 } tags ? tags : null)
        : throw Wrong("Devices:Admission", $"must be {string.Join(", ", Enum.GetNames<AdmissionMode>())}", settings.Devices.Admission);

    /// <summary>What the devices' sota.toml may hold.</summary>
    public SotaKeys SotaKeys
    {
        get
        {
            try
            {
                return SotaKeys.Standard.With(settings.Devices.SotaKeys, Name("Devices:SotaKeys"));
            }
            catch (AutoRegisterException e)
            {
                throw new ExitException(ExitCode.Configuration, e.Message);
            }
        }
    }

    /// <summary>How long a device's first certificate is valid.</summary>
    public TimeSpan Validity => Days("Devices:ValidityDays", settings.Devices.ValidityDays);

    /// <summary>How long a renewed certificate is valid.</summary>
    public TimeSpan RenewalValidity => Days("Est:ValidityDays", settings.Est.ValidityDays);

    /// <summary>The status of a renewal that succeeded.</summary>
    public int RenewalStatus => settings.Est.SuccessStatus is 200 or 201
        ? settings.Est.SuccessStatus
        : throw Wrong("Est:SuccessStatus", "must be 200 or 201", $"{settings.Est.SuccessStatus}");

    /// <summary>How many certificates a device may have been issued that it never showed.</summary>
    public int UnconfirmedSuccessors => Positive("Est:UnconfirmedSuccessors", settings.Est.UnconfirmedSuccessors);

    /// <summary>What each port takes from whom.</summary>
    public PortLimits PortLimits => new(
        Positive("Limits:Connections", settings.Limits.Connections),
        Positive("Limits:ConnectionsPerAddress", settings.Limits.ConnectionsPerAddress),
        Positive("Limits:RequestsPerSecond", settings.Limits.RequestsPerSecond));

    /// <summary>Wrong tokens a minute from one address.</summary>
    public int WrongTokensPerMinute => Positive("Limits:WrongTokensPerMinute", settings.Limits.WrongTokensPerMinute);

    /// <summary>Opens the ledger's place; nothing is made there yet.</summary>
    public LedgerDatabase Ledger => (settings.Ledger.Sqlite, settings.Ledger.Postgres) switch
    {
        ({ Length: > 0 } file, null or "") => Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file)))
            ? new SqliteLedger(Path.GetFullPath(file))
            : throw Wrong("Ledger:Sqlite", "must be a file in a directory that is there", file),
        (null or "", { Length: > 0 } connection) => Postgres(connection),
        _ => throw new ExitException(ExitCode.Configuration, $"{path}: one of Ledger:Sqlite and Ledger:Postgres must be set"),
    };

    /// <summary>Where the PKI is; what is there is checked when it is opened.</summary>
    public PkiSettings Pki => new()
    {
        Directory = settings.Pki.Directory is { Length: > 0 } directory ? Path.GetFullPath(directory) : throw Missing("Pki:Directory", "/etc/lmp-factory/pki"),
        Factory = Factory,
        Host = Uri.CheckHostName(settings.Api.Host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? settings.Api.Host!
            : throw Wrong("Api:Host", "must be the name or address by which stations and devices know this server", settings.Api.Host),
        DeviceCa = settings.Pki.DeviceCa,
        DeviceCaKey = settings.Pki.DeviceCaKey,
        DeviceCaSessions = settings.Pki.DeviceCaSessions is >= 1 and <= TokenKeySettings.MostSessions and var sessions
            ? sessions
            : throw Wrong("Pki:DeviceCaSessions", $"must be 1 to {TokenKeySettings.MostSessions}", $"{settings.Pki.DeviceCaSessions}"),
        PassphraseFile = settings.Pki.DeviceCaPassphraseFile,
        TrustedCas = settings.Pki.TrustedDeviceCas,
        TlsCertificate = settings.Pki.TlsCertificate,
        TlsKey = settings.Pki.TlsKey,
    };

    /// <summary>Reads and checks a file.</summary>
    public static CheckedSettings Read(string path) => new(SettingsReader.Read(path), path);

    /// <summary>Asks for every setting once, so that a wrong one ends the server at its start and not with its first use.</summary>
    public void CheckAll()
    {
        _ = (Factory, ApiEndpoint, EstEndpoint, AdminEndpoint, SignRanges, Gateway, KeyTypes, Policy);
        _ = (Validity, RenewalValidity, RenewalStatus, UnconfirmedSuccessors, PortLimits, WrongTokensPerMinute);
        _ = (Pki, Ledger, SotaKeys, MetricsRanges, Drain);
        RequireSecret(AdminPasswordFile, "the screen's password");
        RequireSecret(Foundries?.TokenFile, "the API token for Foundries.io");
        RequireSecret(DenyList?.TokenFile, "the token for the deny list's receiver");
    }

    private ReportTarget? Target(string section, ReceiverSettings receiver, string whose, string example) => receiver.Url is not { Length: > 0 } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttps && url.AbsolutePath.EndsWith('/') && url.Query.Length == 0
            ? new ReportTarget(
                url,
                receiver.TokenFile is { Length: > 0 } token ? Path.GetFullPath(token) : throw Missing($"{section}:TokenFile", $"/etc/lmp-factory/{section.ToLowerInvariant()}-token"),
                receiver.CaFile is { Length: > 0 } roots ? Roots(roots) : null)
            : throw Wrong($"{section}:Url", $"must be {whose} URL with a slash at its end, such as {example}", text);

    private static void RequireSecret(string? file, string what)
    {
        if (file is not null)
        {
            CryptographicOperations.ZeroMemory(SecretFile.ReadLine(file, what, "write it there, mode 0600"));
        }
    }

    private static X509Certificate2Collection Roots(string file)
    {
        var roots = new X509Certificate2Collection();
        foreach (CertificateFacts root in PkiFile.ReadAll(Path.GetFullPath(file), "name a file with the roots to trust, PEM"))
        {
            roots.Add(X509CertificateLoader.LoadCertificate(root.Der.Span));
        }

        return roots;
    }

    private ExitException Missing(string setting, string example) =>
        new(ExitCode.Configuration, $"{path}: {setting} is missing, such as \"{example}\"");

    private PostgresLedger Postgres(string connection)
    {
        try
        {
            return new PostgresLedger(
                connection, settings.Ledger.PostgresPasswordFile is { Length: > 0 } file ? SmallFile.ReadText(file).TrimEnd('\r', '\n') : null);
        }
        catch (ArgumentException e)
        {
            throw new ExitException(ExitCode.Configuration, $"{path}: Ledger:Postgres can't be used: {e.Message}");
        }
    }

    private IPEndPoint? Endpoint(string setting, string? value) => value switch
    {
        null or "" => null,
        _ when IPEndPoint.TryParse(value, out IPEndPoint? endpoint) && value.Contains(':', StringComparison.Ordinal) => endpoint,
        _ => throw Wrong(setting, "must be an IP address and a port, such as 0.0.0.0:8443 or [::]:8443", value),
    };

    private TimeSpan Days(string setting, int days) => TimeSpan.FromDays(Positive(setting, days));

    private int Positive(string setting, int number) => number > 0 ? number : throw Wrong(setting, "must be more than 0", $"{number}");

    private string Name(string setting) => $"{path}: {setting}";

    private ExitException Wrong(string setting, string rule, string? value) =>
        new(ExitCode.Configuration, $"{path}: {setting} {rule}, not {(value is null ? "missing" : $"\"{FieldRules.Quote(value)}\"")}");

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FactoryName();
}
