using System.Globalization;

namespace CrashRig.Ptrace;

/// <summary>
/// Which files and directories are proven durable: after the last change of each an fsync of it succeeded. One that succeeds after
/// one that failed proves nothing (fsync(2)): for the bytes of a file only another file does, under the same name; the names in a
/// directory are written again with its next change. That a name is gone is proven of none: nothing is built on it.
/// </summary>
internal sealed class DurabilityProof
{
    private readonly Dictionary<FileIdentity, State> states = [];

    private enum State
    {
        Durable = 0,
        Changed = 1,
        Lost = 2,
    }

    /// <summary>Goes on where an earlier run ended.</summary>
    internal void Load(string path)
    {
        foreach (string[] part in File.Exists(path) ? File.ReadLines(path).Select(line => line.Split(' ')) : [])
        {
            states[new FileIdentity(Number(part[0]), Number(part[1]))] = Enum.Parse<State>(part[2]);
        }
    }

    /// <summary>Keeps what is known for the next run.</summary>
    internal void Save(string path) => File.WriteAllLines(
        path, states.Select(known => string.Create(CultureInfo.InvariantCulture, $"{known.Key.Device} {known.Key.Inode} {known.Value}")));

    /// <summary>A file's bytes or size changed. What an fsync failed for stays lost.</summary>
    internal void Written(FileIdentity file) => states[file] = states.GetValueOrDefault(file) == State.Lost ? State.Lost : State.Changed;

    /// <summary>A directory got a name, or one of its names became another file's.</summary>
    internal void Named(FileIdentity directory) => states[directory] = State.Changed;

    /// <summary>A file began, or its last name went: its number may be another one's next.</summary>
    internal void Begun(FileIdentity file) => states.Remove(file);

    /// <summary>fsync(2) returned.</summary>
    internal void Synced(FileIdentity file, bool succeeded) => states[file] = (states.GetValueOrDefault(file), succeeded) switch
    {
        (State.Changed, true) => State.Durable,
        (State.Changed, false) => State.Lost,
        (State known, _) => known,
    };

    /// <summary>Everything at or below some directories that is not proven durable.</summary>
    internal IEnumerable<string> Missing(IEnumerable<string> under) => under.Where(Directory.Exists)
        .SelectMany(top => Directory.EnumerateFileSystemEntries(top, "*", SearchOption.AllDirectories).Append(top))
        .Where(path => FileIdentity.Of(path) is FileIdentity file && states.GetValueOrDefault(file) != State.Durable);

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
