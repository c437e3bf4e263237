using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AutoRegister.Core.Api;

/// <summary>
/// The hosts that are reached without a proxy, by curl's rules (curl(1), <c>NO_PROXY</c>): names with all below them, addresses, and
/// networks of addresses, separated by commas or blanks; or a single <c>*</c>. Ports and brackets never match.
/// </summary>
/// <param name="list">The value of the variable.</param>
internal sealed class NoProxyList(string? list)
{
    /// <summary>Asks for a proxy on the way to loopback too; browsers know it by this name.</summary>
    internal const string ForLoopback = "<-loopback>";

    private readonly string[] entries = (list ?? string.Empty).Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether loopback addresses may be asked for through a proxy.</summary>
    internal bool AsksForLoopback => entries.Contains(ForLoopback, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a host is reached without a proxy.</summary>
    /// <param name="host">Its name or address, without brackets.</param>
    internal bool Excludes(string host) =>
        list == "*" || (IPAddress.TryParse(host, out IPAddress? address)
            ? entries.Any(entry => Matches(entry, address))
            : entries.Any(entry => Matches(entry, host.AsSpan().TrimEnd('.'))));

    private static bool Matches(string entry, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<char> tail = entry.EndsWith('.') ? entry.AsSpan(0, entry.Length - 1) : entry;
        tail = tail.StartsWith(".") ? tail[1..] : tail;
        return tail.Length > 0 && name.EndsWith(tail, StringComparison.OrdinalIgnoreCase)
            && (name.Length == tail.Length || name[name.Length - tail.Length - 1] == '.');
    }

    private static bool Matches(string entry, IPAddress address)
    {
        int slash = entry.IndexOf('/', StringComparison.Ordinal);
        string text = slash < 0 ? entry : entry[..slash];
        int bits = slash < 0 ? 0 : Bits(entry.AsSpan(slash + 1));
        byte[] wanted = address.GetAddressBytes();
        if (!TryParse(text, address.AddressFamily, out IPAddress? network) || bits < 0 || bits > wanted.Length * 8)
        {
            return false;
        }

        // As curl: no bits, and something that is no number, mean the address itself.
        return (bits == 0 ? wanted.Length * 8 : bits) is var length && SamePrefix(wanted, network.GetAddressBytes(), length);
    }

    // As inet_pton(3) reads it: .NET's own parser also takes 127.1, and brackets.
    private static bool TryParse(string text, AddressFamily family, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == family
        && (family == AddressFamily.InterNetworkV6 ? !text.StartsWith('[') : address.ToString() == text);

    // As atoi(3).
    private static int Bits(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("-"))
        {
            return -1;
        }

        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? text : text[..end];
        return digits.IsEmpty ? 0 : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits : -1;
    }

    private static bool SamePrefix(byte[] one, byte[] other, int bits)
    {
        int whole = bits / 8;
        int mask = 0xFF00 >> (bits % 8);
        return one.AsSpan(0, whole).SequenceEqual(other.AsSpan(0, whole)) && (whole == one.Length || ((one[whole] ^ other[whole]) & mask & 0xFF) == 0);
    }
}
