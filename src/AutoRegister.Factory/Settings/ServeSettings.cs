namespace AutoRegister.Factory.Settings;

/// <summary>What <c>lmp-factory serve --config FILE</c> reads. Each setting is a member of this tree: in JSON, or in the environment as <c>LMP_FACTORY_Api__Listen</c>.</summary>
internal sealed class ServeSettings
{
    /// <summary>The factory's name: the OU of its device CA and of every device.</summary>
    public string? Factory { get; set; }

    /// <summary>The factory's own PKI.</summary>
    public PkiSection Pki { get; set; } = new();

    /// <summary>Where the ledger is.</summary>
    public LedgerSettings Ledger { get; set; } = new();

    /// <summary>The port at which stations and devices register.</summary>
    public ApiSettings Api { get; set; } = new();

    /// <summary>The port at which devices renew their certificates; none, when its address is not given.</summary>
    public EstSettings Est { get; set; } = new();

    /// <summary>The port for the line's screen and for metrics; none, when its address is not given.</summary>
    public AdminSettings Admin { get; set; } = new();

    /// <summary>Which devices are registered as what.</summary>
    public DeviceSettings Devices { get; set; } = new();

    /// <summary>What one address may do.</summary>
    public LimitSettings Limits { get; set; } = new();

    /// <summary>Whom each device is reported to; nobody, when its URL is not given.</summary>
    public ReceiverSettings Foundries { get; set; } = new();

    /// <summary>Who is told of each device that is revoked; nobody, when its URL is not given.</summary>
    public ReceiverSettings DenyList { get; set; } = new();
}

/// <summary>The factory's own PKI.</summary>
internal sealed class PkiSection
{
    /// <summary>A folder of <c>fioctl keys ca</c>. Further names without a directory are below it.</summary>
    public string? Directory { get; set; }

    /// <summary>The certificate of the device CA that issues.</summary>
    public string DeviceCa { get; set; } = "local-ca.pem";

    /// <summary>The device CA's key, where it is not the file of the same name in <c>.key</c>: a file, or a <c>pkcs11:</c> URI (RFC 7512).</summary>
    public string? DeviceCaKey { get; set; }

    /// <summary>
    /// In how many sessions a key in a token signs at once: more than one where the module serves several threads, as those of HSMs in the
    /// network do.
    /// </summary>
    public int DeviceCaSessions { get; set; } = 1;

    /// <summary>A file with the passphrase of an encrypted key.</summary>
    public string? DeviceCaPassphraseFile { get; set; }

    /// <summary>Further device CAs whose devices may renew their certificates here: files with certificates.</summary>
    public IReadOnlyList<string> TrustedDeviceCas { get; set; } = [];

    /// <summary>The server's own TLS certificate, which the root's owner has signed.</summary>
    public string TlsCertificate { get; set; } = "tls.pem";

    /// <summary>The key of it.</summary>
    public string TlsKey { get; set; } = "tls.key";
}

/// <summary>Where the ledger is: one of both.</summary>
internal sealed class LedgerSettings
{
    /// <summary>A file of SQLite; its directory must be there.</summary>
    public string? Sqlite { get; set; }

    /// <summary>A connection string of Npgsql, without a password.</summary>
    public string? Postgres { get; set; }

    /// <summary>A file with the password for it.</summary>
    public string? PostgresPasswordFile { get; set; }
}

/// <summary>The port at which stations and devices register.</summary>
internal sealed class ApiSettings
{
    /// <summary>Address and port: <c>0.0.0.0:8443</c>.</summary>
    public string? Listen { get; set; }

    /// <summary>The name or address by which stations and devices know this server; its TLS certificate must name it.</summary>
    public string? Host { get; set; }

    /// <summary>Where devices may register by <c>/sign</c>, which asks for no proof: addresses and ranges. Nowhere, when it is empty.</summary>
    public IReadOnlyList<string> SignAddresses { get; set; } = [];

    /// <summary>How many seconds <c>/readyz</c> says no before a server that is to stop takes no more connections.</summary>
    public int DrainSeconds { get; set; } = 5;
}

/// <summary>The port at which devices renew their certificates.</summary>
internal sealed class EstSettings
{
    /// <summary>Address and port: <c>0.0.0.0:8444</c>.</summary>
    public string? Listen { get; set; }

    /// <summary>How many days a renewed certificate is valid.</summary>
    public int ValidityDays { get; set; } = 365;

    /// <summary>The status of a success: 200 as RFC 7030 says, or 201, which old versions of fioconfig demand.</summary>
    public int SuccessStatus { get; set; } = 201;

    /// <summary>How many certificates a device may have been issued that it never showed; after that it gets one an hour.</summary>
    public int UnconfirmedSuccessors { get; set; } = 8;
}

/// <summary>The port for the line's screen and for metrics.</summary>
internal sealed class AdminSettings
{
    /// <summary>Address and port: <c>127.0.0.1:8445</c>.</summary>
    public string? Listen { get; set; }

    /// <summary>A file with the screen's password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>From where <c>/metrics</c> may be read, which asks for no password: addresses and ranges.</summary>
    public IReadOnlyList<string> MetricsAddresses { get; set; } = [];
}

/// <summary>Which devices are registered as what.</summary>
internal sealed class DeviceSettings
{
    /// <summary><c>Expected</c>, <c>Pending</c> or <c>Stations</c>.</summary>
    public string Admission { get; set; } = "Expected";

    /// <summary>The kinds of key that are certified.</summary>
    public IReadOnlyList<string> KeyTypes { get; set; } = [];

    /// <summary>The tags that devices may have; any that a station may give, when it is empty.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Keys of sota.toml that this factory's devices know besides the OTA client's own, as <c>section.key</c> or <c>section.key:kind</c>.</summary>
    public IReadOnlyList<string> SotaKeys { get; set; } = [];

    /// <summary>How many days a device's first certificate is valid; the device CA's end is earlier as a rule.</summary>
    public int ValidityDays { get; set; } = 7300;

    /// <summary>The device gateway's URL, which sota.toml names.</summary>
    public string? Gateway { get; set; }
}

/// <summary>What one address may do.</summary>
internal sealed class LimitSettings
{
    /// <summary>Connections at one port at once.</summary>
    public int Connections { get; set; } = 4096;

    /// <summary>Those of them from one address.</summary>
    public int ConnectionsPerAddress { get; set; } = 256;

    /// <summary>Requests a second from one address.</summary>
    public int RequestsPerSecond { get; set; } = 2000;

    /// <summary>Wrong tokens a minute from one address.</summary>
    public int WrongTokensPerMinute { get; set; } = 10;
}

/// <summary>A receiver of reports.</summary>
internal sealed class ReceiverSettings
{
    /// <summary>Its base: <c>https://api.foundries.io/ota/</c>.</summary>
    public string? Url { get; set; }

    /// <summary>A file with the token for it; it stays on this server.</summary>
    public string? TokenFile { get; set; }

    /// <summary>A file with the roots to trust instead of the system's, for a proxy that opens TLS.</summary>
    public string? CaFile { get; set; }
}
