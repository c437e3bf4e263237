using System.CommandLine;
using System.Net;
using System.Text.RegularExpressions;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Commands;

/// <summary>What the command line of <c>lmp-factory dev</c> says about the factory to run.</summary>
internal sealed partial record DevOptions
{
    private static readonly Option<string> DataOption = Required("--data", "DIR", "where it keeps its CAs, its API token and its ledger; made at first start");
    private static readonly Option<string> FactoryOption = Required("--factory", "NAME", "the factory's name: the OU of its devices");
    private static readonly Option<int> ApiPortOption = Number("--api-port", 0, 0, 65535, "N", "port of the registration API; 0: any free one");
    private static readonly Option<int> GatewayPortOption = Number("--gateway-port", 0, 0, 65535, "N", "port of the device gateway; 0: any free one");
    private static readonly Option<string> AddressOption = new("--address") { HelpName = "IP", Description = "the address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<string?> HostOption = new("--host") { HelpName = "NAME", Description = "the host in the URLs it hands out (default: the address)" };
    private static readonly Option<string?> TokenFileOption = new("--token-file") { HelpName = "FILE", Description = "the API token devices must send (default: DIR/api-token, made at first start)" };
    private static readonly Option<string?> ReadyFileOption = new("--ready-file") { HelpName = "FILE", Description = "written, as JSON, once it listens; removed when it ends" };
    private static readonly Option<string> KeyTypesOption = new("--allow-key-types") { HelpName = "LIST", Description = "device keys it signs: p256,p384,p521,rsa2048,rsa3072", DefaultValueFactory = _ => "p256" };
    private static readonly Option<int> ExpiresOption = Number("--oauth-expires-in", 900, 1, 86400, "S", "seconds a device code waits for a person");
    private static readonly Option<int> IntervalOption = Number("--oauth-interval", 5, 0, 3600, "S", "seconds between a device's polls");

    /// <summary>The directory that holds everything the factory remembers.</summary>
    public required string Data { get; init; }

    /// <summary>The factory's name: the OU of its device CA and of every device.</summary>
    public required string Factory { get; init; }

    /// <summary>The registration API's port; 0 lets the system choose.</summary>
    public required int ApiPort { get; init; }

    /// <summary>The device gateway's port; 0 lets the system choose.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>The one address both ports listen on.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>The host in the URLs handed out: the address, unless devices know the machine by another name.</summary>
    public required string Host { get; init; }

    /// <summary>A file with the API token; null for the factory's own.</summary>
    public required string? TokenFile { get; init; }

    /// <summary>A file to write once both ports listen.</summary>
    public required string? ReadyFile { get; init; }

    /// <summary>The kinds of device key that get a certificate.</summary>
    public required IReadOnlySet<DeviceKeyType> KeyTypes { get; init; }

    /// <summary>How long a device code waits for a person.</summary>
    public required TimeSpan OAuthExpiresIn { get; init; }

    /// <summary>How far apart a device's polls must be.</summary>
    public required TimeSpan OAuthInterval { get; init; }

    /// <summary>Gives the command its options.</summary>
    public static void AddTo(Command command)
    {
        Option[] all =
        [
            DataOption, FactoryOption, ApiPortOption, GatewayPortOption, AddressOption, HostOption, TokenFileOption, ReadyFileOption, KeyTypesOption,
            ExpiresOption, IntervalOption,
        ];
        Array.ForEach(all, command.Options.Add);
    }

    /// <summary>Reads the command line, or ends with a line that says what is wrong with it.</summary>
    public static DevOptions Read(ParseResult given)
    {
        IPAddress address = ParseAddress(given.GetValue(AddressOption)!);
        return new DevOptions
        {
            Data = Path.GetFullPath(given.GetValue(DataOption)!),
            Factory = ParseFactory(given.GetValue(FactoryOption)!),
            ApiPort = given.GetValue(ApiPortOption),
            GatewayPort = given.GetValue(GatewayPortOption),
            Address = address,
            Host = ParseHost(given.GetValue(HostOption), address),
            TokenFile = given.GetValue(TokenFileOption),
            ReadyFile = given.GetValue(ReadyFileOption) is { Length: > 0 } file ? Path.GetFullPath(file) : null,
            KeyTypes = DeviceKeyType.ParseList(given.GetValue(KeyTypesOption)!, KeyTypesOption.Name, ExitCode.Usage),
            OAuthExpiresIn = TimeSpan.FromSeconds(given.GetValue(ExpiresOption)),
            OAuthInterval = TimeSpan.FromSeconds(given.GetValue(IntervalOption)),
        };
    }

    private static Option<string> Required(string name, string helpName, string description)
    {
        var option = new Option<string>(name) { HelpName = helpName, Description = description, Required = true };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError($"{name} must not be empty");
            }
        });
        return option;
    }

    private static Option<int> Number(string name, int otherwise, int least, int most, string helpName, string description)
    {
        var option = new Option<int>(name) { HelpName = helpName, Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out int number) && number >= least && number <= most))
            {
                result.AddError($"{name} must be a number from {least} to {most}, not '{token.Value}'");
            }
        });
        return option;
    }

    private static IPAddress ParseAddress(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw Wrong($"--address must be an IP address, not '{text}'");

    // The name ends up in a certificate's OU (at most 64 characters) and, before a colon, in an OAuth scope.
    private static string ParseFactory(string text) => FactoryName().IsMatch(text)
        ? text
        : throw Wrong($"--factory must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-', not '{text}'");

    private static string ParseHost(string? host, IPAddress address)
    {
        if (host is null && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            throw Wrong($"--address {address} needs --host: the name or address by which devices reach this machine");
        }

        host ??= address.ToString();
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? host
            : throw Wrong($"--host must be a host name or an IP address, not '{host}'");
    }

    private static ExitException Wrong(string message) => new(ExitCode.Usage, message);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex FactoryName();
}
