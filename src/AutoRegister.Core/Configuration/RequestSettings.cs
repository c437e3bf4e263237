using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Configuration;

/// <summary>What settings may be that only a parameter gives.</summary>
internal static class RequestSettings
{
    // Enough for any name a person chose; a limit keeps a mistake (a file's content) out of the request.
    private const int MaximumGroup = 255;

    // Headers this software or its HTTP stack sets itself; a second value of ours would break the request.
    private static readonly string[] ReservedHeaders =
    [
        "Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Expect", "Host", "Keep-Alive",
        "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
    ];

    /// <summary>The device group.</summary>
    public static Sourced<string> DeviceGroup(Sourced<string> group) =>
        string.IsNullOrWhiteSpace(group.Value) ? throw Invalid(group.Source, "the device group is empty")
            : group.Value.Length > MaximumGroup ? throw Invalid(group.Source, $"the device group has more than {MaximumGroup} characters")
            : Characters.Unprintable(group.Value) is string wrong ? throw Invalid(group.Source, $"the device group has {wrong}")
            : group;

    /// <summary>The header that carries the token.</summary>
    public static Sourced<string> ApiTokenHeader(Sourced<string> header) =>
        header.Value.Length == 0 ? throw Invalid(header.Source, "the header name is empty")
            : Characters.Outside(header.Value, Characters.HeaderName) is string wrong ? throw Invalid(header.Source, $"a header name cannot have {wrong} (RFC 9110, section 5.6.2)")
            : ReservedHeaders.Contains(header.Value, StringComparer.OrdinalIgnoreCase) ? throw Invalid(header.Source, $"the header {header.Value} has a use of its own")
            : header;

    /// <summary>The SOTA directory. It goes into <c>sota.toml</c>, whose two readers agree on no escapes.</summary>
    public static Sourced<string> SotaDirectory(Sourced<string> directory)
    {
        string path = directory.Value.TrimEnd('/');
        return !path.StartsWith('/') ? throw Invalid(directory.Source, "the SOTA directory is not an absolute path below '/'")
            : path.Split('/').Contains("..") ? throw Invalid(directory.Source, "the SOTA directory has '..' in it")
            : path.AsSpan().ContainsAny("\"\\&") ? throw Invalid(directory.Source, "the SOTA directory has a quote, a backslash or '&', which sota.toml cannot hold")
            : Characters.Unprintable(path) is string wrong ? throw Invalid(directory.Source, $"the SOTA directory has {wrong}")
            : directory with { Value = path };
    }

    private static AutoRegisterException Invalid(SettingSource source, string problem) => new(
        ErrorId.SettingInvalid, $"{source}: {problem}.", $"Give another {source}.", source.ToString());
}
