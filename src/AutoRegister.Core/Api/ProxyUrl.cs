using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// Reads what a proxy variable says, as curl does (curl(1), <c>--proxy</c>): <c>[scheme://][user[:password]@]host[:port]</c>, http without
/// a scheme, port 1080 unless the scheme is https. No message shows any of it: a password can stand anywhere in a text that is no URL.
/// </summary>
internal static class ProxyUrl
{
    private const int DefaultPort = 1080;
    private const int DefaultTlsPort = 443;

    // Without this a wrong byte would become a question mark, and a password another one.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a variable.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ProxyInvalid"/>.</exception>
    internal static ProxyServer Parse(string variable, string text)
    {
        if (Characters.Unprintable(text) is not null || text.Contains(' ', StringComparison.Ordinal))
        {
            throw Invalid(variable, "it has a blank or a control character");
        }

        int mark = text.IndexOf("://", StringComparison.Ordinal);
        ProxyKind kind = KindOf(variable, mark < 0 ? "http" : text[..mark]);
        string rest = mark < 0 ? text : text[(mark + 3)..];
        int end = rest.AsSpan().IndexOfAny('/', '?', '#');
        string authority = end < 0 ? rest : rest[..end];
        int at = authority.IndexOf('@', StringComparison.Ordinal);
        if (authority.Length != rest.Length && rest.AsSpan(authority.Length).Contains('@'))
        {
            throw Invalid(variable, "a '/', '?' or '#' in a user name or password must be written as %2F, %3F or %23");
        }

        string place = authority[(at + 1)..];
        if (place.Contains('@', StringComparison.Ordinal))
        {
            throw Invalid(variable, "an '@' in a user name or password must be written as %40");
        }

        (string host, int? port) = HostOf(variable, place);
        return new ProxyServer
        {
            Kind = kind,
            Host = host,
            Port = port ?? (kind == ProxyKind.Https ? DefaultTlsPort : DefaultPort),
            Credential = at < 0 ? null : CredentialOf(variable, authority[..at]),
            Variable = variable,
        };
    }

    private static ProxyKind KindOf(string variable, string scheme) => scheme.ToLowerInvariant() switch
    {
        "http" => ProxyKind.Http,
        "https" => ProxyKind.Https,
        "socks" or "socks4" => ProxyKind.Socks4,
        "socks4a" => ProxyKind.Socks4a,
        "socks5" => ProxyKind.Socks5,
        "socks5h" => ProxyKind.Socks5h,
        _ => throw Invalid(variable, "its scheme is none of http, https, socks4, socks4a, socks5 and socks5h"),
    };

    private static (string Host, int? Port) HostOf(string variable, string place)
    {
        int colon = place.LastIndexOf(':');
        int bracket = place.LastIndexOf(']');
        string host = colon > bracket ? place[..colon] : place;
        string port = colon > bracket ? place[(colon + 1)..] : string.Empty;
        if (bracket >= 0)
        {
            return host.Length > 2 && host[0] == '[' && host[^1] == ']' && IPAddress.TryParse(host[1..^1], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
                ? (host[1..^1], PortOf(variable, port))
                : throw Invalid(variable, "what stands in brackets is no IPv6 address");
        }

        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? (new UriBuilder(Uri.UriSchemeHttp, host).Uri.IdnHost, PortOf(variable, port))
            : throw Invalid(variable, "it has no host that could be one");
    }

    private static int? PortOf(string variable, string port) =>
        port.Length == 0 ? null
        : int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= ushort.MaxValue ? number
        : throw Invalid(variable, "its port is no number from 1 to 65535");

    private static NetworkCredential CredentialOf(string variable, string userInfo)
    {
        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        string user = Decode(variable, colon < 0 ? userInfo : userInfo[..colon]);
        return new NetworkCredential(user, colon < 0 ? string.Empty : Decode(variable, userInfo[(colon + 1)..]));
    }

    // As curl: a '%' without two hex digits behind it stands for itself, and nothing may come out that ends a line.
    private static string Decode(string variable, string text)
    {
        var bytes = new List<byte>(Strict.GetBytes(text));
        for (int i = 0; i + 2 < bytes.Count; i++)
        {
            if (bytes[i] == '%' && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[i] = Convert.FromHexString([(char)bytes[i + 1], (char)bytes[i + 2]])[0];
                bytes.RemoveRange(i + 1, 2);
            }
        }

        try
        {
            string decoded = Strict.GetString([.. bytes]);
            return decoded.Any(char.IsControl) ? throw Invalid(variable, "its user name or password has a control character") : decoded;
        }
        catch (DecoderFallbackException)
        {
            // The exception's text would show a part of the password.
            throw Invalid(variable, "its user name or password is no UTF-8 text once it is decoded");
        }
    }

    private static AutoRegisterException Invalid(string variable, string problem) => new(
        ErrorId.ProxyInvalid, $"The environment variable {variable} does not name a proxy: {problem}.", target: variable);
}
