using System.Text.Json.Serialization;

namespace AutoRegister.Core.Files;

/// <summary>
/// Where a journal, or a token that lies in files, was made. A root file system that is copied takes both along, private key and
/// all: the copy must not become a second device with the first one's identity.
/// </summary>
public sealed record JournalOrigin
{
    /// <summary>Nothing is known.</summary>
    public static JournalOrigin Unknown { get; } = new();

    /// <summary>A keyed hash of the machine's id (machine-id(5)); empty when it had none.</summary>
    [JsonRequired]
    public string MachineId { get; init; } = string.Empty;

    /// <summary>Whether the machine keeps its id from one boot to the next.</summary>
    [JsonRequired]
    public bool MachineIdIsKept { get; init; }

    /// <summary>Keyed hashes of the serial numbers of its hardware, <c>kind:hash</c> each, separated by blanks; empty when it shows none.</summary>
    [JsonRequired]
    public string Hardware { get; init; } = string.Empty;

    /// <summary>When the directory came to be where it lies (<c>stx_btime</c> of statx(2)); empty where the file system does not say.</summary>
    [JsonRequired]
    public string Born { get; init; } = string.Empty;

    private bool NamesMachine => MachineId.Length > 0 || Hardware.Length > 0;

    /// <summary>Says where something lies that is about to be written.</summary>
    /// <param name="machine">The machine it belongs to.</param>
    /// <param name="directory">The directory it is in.</param>
    internal static JournalOrigin Of(MachineFacts machine, string directory) => new()
    {
        MachineId = machine.Id,
        MachineIdIsKept = machine.IdIsKept,
        Hardware = string.Join(' ', machine.Hardware.Select(pair => $"{pair.Key}:{pair.Value}")),
        Born = Posix.StatusOf(directory)?.Born ?? string.Empty,
    };

    /// <summary>Compares with where it lies now. What only one side knows proves nothing, except where one side knows nothing at all.</summary>
    /// <returns>What shows that it is another's, as a part of a sentence; <see langword="null"/> when nothing does.</returns>
    internal string? FindDifference(JournalOrigin here)
    {
        Dictionary<string, string> before = Serials(Hardware);
        Dictionary<string, string> now = Serials(here.Hardware);
        string[] shared = [.. before.Keys.Where(now.ContainsKey)];
        return shared.FirstOrDefault(kind => before[kind] != now[kind]) is string kind ? $"the hardware is another ({kind})"
            // Hardware that is the same is the same machine, with a new id at each boot, or with files that came back from a backup.
            : shared.Length > 0 ? null
            : Differ(Born, here.Born) ? "its directory was copied"
            : Differ(MachineId, here.MachineId) && MachineIdIsKept && here.MachineIdIsKept ? "the machine-id is another"
            : !NamesMachine && here.NamesMachine ? "it was written in an image that did not run yet"
            : null;
    }

    private static bool Differ(string one, string other) => one.Length > 0 && other.Length > 0 && one != other;

    private static Dictionary<string, string> Serials(string text) => text
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split(':', 2))
        .ToDictionary(pair => pair[0], pair => pair[^1]);
}
