using System.Security.Cryptography;
using System.Text;

namespace AutoRegister.Core.Files;

/// <summary>
/// What tells a machine from its copies: its id, and the serial numbers of its hardware. Only keyed hashes are kept, as
/// machine-id(5) asks for: the id itself is not to leave the machine.
/// </summary>
internal sealed record MachineFacts
{
    private const string IdPath = "/etc/machine-id";

    // machine-id(5): 32 hexadecimal digits, not all of them zero. An image that did not run yet has an empty file, or "uninitialized".
    private const int IdLength = 32;

    private static readonly Dictionary<string, string> SerialPaths = new()
    {
        ["dmi"] = "/sys/class/dmi/id/product_uuid",
        ["devicetree"] = "/sys/firmware/devicetree/base/serial-number",
        ["soc"] = "/sys/devices/soc0/serial_number",
    };

    // A container sees the serial numbers of its host, as its neighbours do.
    private static readonly string[] ContainerMarks = ["/run/systemd/container", "/run/.containerenv", "/.dockerenv"];

    // What a board has in the place of a serial number when nobody gave it one.
    private static readonly string[] Placeholders =
        ["0123456789", "default string", "to be filled", "not specified", "none", "unknown", "03000200-0400-0500-0006-000700080009"];

    /// <summary>A hash of the machine's id; empty when it has none.</summary>
    internal string Id { get; private init; } = string.Empty;

    /// <summary>Whether the id outlives a boot. systemd mounts one that it cannot write over the file.</summary>
    internal bool IdIsKept { get; private init; }

    /// <summary>Hashes of serial numbers, by kind; empty when the hardware shows none, or shows another machine's.</summary>
    internal IReadOnlyDictionary<string, string> Hardware { get; private init; } = new Dictionary<string, string>();

    /// <summary>Reads them.</summary>
    /// <param name="root">The directory device paths are below.</param>
    internal static MachineFacts Read(string root)
    {
        string id = Text(root, IdPath);
        bool isId = id.Length == IdLength && id.All(char.IsAsciiHexDigit) && id.Any(digit => digit != '0');
        bool inContainer = ContainerMarks.Any(mark => File.Exists(RootedPath.Resolve(root, mark)));
        IEnumerable<(string Kind, string Serial)> serials = SerialPaths.Select(pair => (Kind: pair.Key, Serial: Text(root, pair.Value)));
        return new MachineFacts
        {
            Id = isId ? Hash("machine-id", id.ToLowerInvariant()) : string.Empty,
            IdIsKept = isId && !IsMountedOver(RootedPath.Resolve(root, IdPath)),
            Hardware = serials.Append(("mmc", SolderedFlash(root)))
                .Where(found => !inContainer && Distinguishes(found.Item2))
                .ToDictionary(found => found.Item1, found => Hash(found.Item1, found.Item2)),
        };
    }

    // The register that the makers of eMMC give every chip another value of (JESD84-B51, section 7.2). A card can be put elsewhere.
    private static string SolderedFlash(string root)
    {
        string devices = RootedPath.Resolve(root, "/sys/class/block");
        return !Directory.Exists(devices) ? string.Empty : Directory.EnumerateFileSystemEntries(devices, "mmcblk?")
            .Select(path => $"/sys/class/block/{Path.GetFileName(path)}/device")
            .Where(device => Text(root, $"{device}/type") == "MMC")
            .Select(device => Text(root, $"{device}/cid"))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(string.Empty);
    }

    private static bool Distinguishes(string serial) =>
        serial.Where(char.IsAsciiLetterOrDigit).Distinct().Count() > 1
        && !Placeholders.Any(known => serial.StartsWith(known, StringComparison.OrdinalIgnoreCase));

    private static bool IsMountedOver(string path) => Posix.StatusOf(path)?.Device != Posix.StatusOf(Path.GetDirectoryName(path)!)?.Device;

    private static string Text(string root, string devicePath)
    {
        string path = RootedPath.Resolve(root, devicePath);
        try
        {
            return File.Exists(path) ? SmallFile.ReadText(path).Trim('\0', ' ', '\t', '\r', '\n') : string.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What this user, or this machine, does not show is not known.
            return string.Empty;
        }
    }

    private static string Hash(string kind, string value) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes($"AutoRegister {kind}")))[..32];
}
