using System.Net;
using System.Text.RegularExpressions;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Commands;

/// <summary>What the command line says about the factory to run.</summary>
internal sealed partial record FactoryOptions
{
    /// <summary>The directory that holds everything the factory remembers.</summary>
    public required string Data { get; init; }

    /// <summary>The factory's name: the OU of its device CA and of every device.</summary>
    public required string Factory { get; init; }

    /// <summary>The registration API's port; 0 lets the system choose.</summary>
    public int ApiPort { get; init; }

    /// <summary>The device gateway's port; 0 lets the system choose.</summary>
    public int GatewayPort { get; init; }

    /// <summary>The one address both ports listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The host in the URLs handed out: the address, unless devices know the machine by another name.</summary>
    public string Host { get; init; } = IPAddress.Loopback.ToString();

    /// <summary>A file with the API token; null for the factory's own.</summary>
    public string? TokenFile { get; init; }

    /// <summary>A file to write once both ports listen.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>The kinds of device key that get a certificate.</summary>
    public IReadOnlySet<DeviceKeyType> KeyTypes { get; init; } = new HashSet<DeviceKeyType> { DeviceKeyType.P256 };

    /// <summary>How long a device code waits for a person.</summary>
    public TimeSpan OAuthExpiresIn { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How far apart a device's polls must be.</summary>
    public TimeSpan OAuthInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the command line, or ends with a line that says what is wrong with it.</summary>
    public static FactoryOptions Parse(IReadOnlyList<string> args)
    {
        var given = new Arguments(args);
        var address = ParseAddress(given.Take("--address") ?? "127.0.0.1");
        var options = new FactoryOptions
        {
            Data = Path.GetFullPath(given.TakeRequired("--data")),
            Factory = ParseFactory(given.TakeRequired("--factory")),
            ApiPort = given.TakeNumber("--api-port", 0, 0, 65535),
            GatewayPort = given.TakeNumber("--gateway-port", 0, 0, 65535),
            Address = address,
            Host = ParseHost(given.Take("--host"), address),
            TokenFile = given.Take("--token-file"),
            ReadyFile = given.Take("--ready-file") is { Length: > 0 } file ? Path.GetFullPath(file) : null,
            KeyTypes = DeviceKeyType.ParseList(given.Take("--allow-key-types") ?? "p256"),
            OAuthExpiresIn = TimeSpan.FromSeconds(given.TakeNumber("--oauth-expires-in", 900, 1, 86400)),
            OAuthInterval = TimeSpan.FromSeconds(given.TakeNumber("--oauth-interval", 5, 0, 3600)),
        };
        given.RefuseRest();
        return options;
    }

    private static IPAddress ParseAddress(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw Arguments.Wrong($"--address must be an IP address, not '{text}'");

    // The name ends up in a certificate's OU (at most 64 characters) and, before a colon, in an OAuth scope.
    private static string ParseFactory(string text) => FactoryName().IsMatch(text)
        ? text
        : throw Arguments.Wrong($"--factory must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-', not '{text}'");

    private static string ParseHost(string? host, IPAddress address)
    {
        if (host is null && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            throw Arguments.Wrong($"--address {address} needs --host: the name or address by which devices reach this machine");
        }

        host ??= address.ToString();
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? host
            : throw Arguments.Wrong($"--host must be a host name or an IP address, not '{host}'");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FactoryName();
}
