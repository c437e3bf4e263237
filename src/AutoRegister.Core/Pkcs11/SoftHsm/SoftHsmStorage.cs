using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.SoftHsm;

/// <summary>
/// The files of SoftHSM2 2.6: a directory for each token, named after a UUID whose second half is the token's serial number.
/// It writes them without fsync(2), so that a power cut within half a minute may leave empty ones; it has no call to ask for
/// more. It opens them by name whenever it needs them, so each is written anew, durably, while no call is in progress: an fsync
/// of the file it wrote could follow one that failed, and then says nothing. Where it keeps objects in SQLite
/// (objectstore.backend = db), SQLite makes them durable. Other modules do so themselves.
/// </summary>
internal static class SoftHsmStorage
{
    private const string Generation = "generation";

    // Objects that this process has written anew. SoftHSM2 writes one when it is made, and nothing of ours changes it afterwards; to write
    // all of a token's anew for each device of a line would take a time that grows with the square of their number.
    private static readonly ConcurrentDictionary<string, string> Durable = new(StringComparer.Ordinal);

    /// <summary>Held by whoever of us writes into a token's directory: what is half written there is removed as left over.</summary>
    internal static Lock Writing { get; } = new();

    /// <summary>Whether a module is SoftHSM2.</summary>
    /// <param name="manufacturer">Who made it, as it says itself.</param>
    public static bool Serves(string manufacturer) => manufacturer.StartsWith("SoftHSM", StringComparison.Ordinal);

    /// <summary>Lists the tokens' directories.</summary>
    /// <param name="environment">What the module found in the environment; <see langword="null"/> for what the next one finds.</param>
    /// <returns>Paths; none when the configuration names no directory.</returns>
    public static IReadOnlyList<string> TokenDirectories(ModuleVariables? environment = null) =>
        SoftHsmConfiguration.TokenDirectory(environment) is string tokens && Directory.Exists(tokens)
            ? [.. Directory.EnumerateDirectories(tokens).Where(d => Guid.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _))]
            : [];

    /// <summary>The serial number of the token in a directory of <see cref="TokenDirectories"/>.</summary>
    public static string SerialOf(string directory) => Path.GetFileName(directory).Replace("-", string.Empty, StringComparison.Ordinal)[16..];

    /// <summary>Makes a token's files durable, and their names. Nobody uses the module meanwhile.</summary>
    /// <param name="serial">The token's serial number.</param>
    /// <param name="environment">What the module found in the environment.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>: an I/O error.</exception>
    public static void MakeDurable(string serial, ModuleVariables environment)
    {
        lock (Writing)
        {
            foreach (string directory in TokenDirectories(environment).Where(d => SerialOf(d) == serial))
            {
                MakeDirectoryDurable(directory);
            }
        }
    }

    /// <summary>How to read how often objects were put into a token or taken out. SoftHSM2's processes see by that number what others did.</summary>
    /// <returns>Reads it; <see langword="null"/> where SoftHSM2 does not count: it keeps its objects in SQLite.</returns>
    public static Func<ulong?> GenerationOf(string serial, ModuleVariables environment)
    {
        string[] files = [.. TokenDirectories(environment).Where(d => SerialOf(d) == serial).Select(d => Path.Join(d, Generation))];
        return () => files is [string file] && SmallFile.TryRead(file, sizeof(ulong), out byte[] content, out _) is null && content.Length == sizeof(ulong)
            ? BinaryPrimitives.ReadUInt64BigEndian(content)
            : null;
    }

    private static void MakeDirectoryDurable(string directory)
    {
        try
        {
            // What a run left that was killed while it did this.
            foreach (string leftover in Directory.EnumerateFiles(directory, $".*{AtomicFile.TemporaryEnding}"))
            {
                File.Delete(leftover);
            }

            string[] uncertain = [.. Directory.EnumerateFiles(directory).Where(path => HoldsSomething(path) && !IsDurable(path))];
            AtomicFile.WriteAnew(uncertain);
            DurableDirectory.SyncName(directory);
            foreach (string path in uncertain.Where(IsObject))
            {
                if (Posix.StatusOf(path) is FileStatus written)
                {
                    Durable[path] = written.Version;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(directory, e);
        }
    }

    private static bool IsDurable(string path) => Durable.TryGetValue(path, out string? written) && Posix.StatusOf(path)?.Version == written;

    // Beside them are lock files, which are empty.
    private static bool HoldsSomething(string path) =>
        path.EndsWith(".object", StringComparison.Ordinal) || Path.GetFileName(path) == Generation;

    // The token's own file has the PINs and is written anew at each login.
    private static bool IsObject(string path) => Path.GetFileName(path) is not (Generation or "token.object");
}
