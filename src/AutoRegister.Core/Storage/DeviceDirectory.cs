using System.Globalization;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Storage;

/// <summary>The storage of a device alone: a directory beside its credentials, each file in it durable when it is written.</summary>
/// <param name="sotaPath">The SOTA directory on this machine.</param>
public sealed class DeviceDirectory(string sotaPath) : IDeviceStorage
{
    /// <summary>The directory's name below the SOTA directory.</summary>
    public const string Name = ".registration";

    /// <inheritdoc/>
    public string JournalPath { get; } = Path.Join(sotaPath, Name);

    /// <inheritdoc/>
    public IEnumerable<string> Pieces => Directory.Exists(JournalPath)
        ? Directory.EnumerateFiles(JournalPath).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')) : [];

    /// <inheritdoc/>
    public bool KeepsEarlier => false;

    /// <inheritdoc/>
    public JournalOrigin OriginBelow(string root) => JournalOrigin.Of(MachineFacts.Read(root), JournalPath);

    /// <inheritdoc/>
    public byte[]? Read(string piece) => new FileInfo(PathOf(piece)) is { Exists: true, Length: > SmallFile.MaximumLength }
        ? throw new InvalidDataException("too large")
        : SmallFile.TryReadOwn(PathOf(piece));

    /// <inheritdoc/>
    public void Write(string piece, ReadOnlySpan<byte> content) => AtomicFile.Write(PathOf(piece), content, AtomicFile.OwnerOnly);

    /// <inheritdoc/>
    public void Delete(string piece) => AtomicFile.Delete(PathOf(piece));

    /// <inheritdoc/>
    public void Clear()
    {
        if (Directory.Exists(JournalPath))
        {
            DurableDirectory.Delete(JournalPath);
        }
    }

    /// <inheritdoc/>
    public void SettleName() => DurableDirectory.SyncName(sotaPath);

    /// <inheritdoc/>
    public void Place(string path, ReadOnlySpan<byte> content, UnixFileMode mode) => AtomicFile.Write(path, content, mode);

    /// <inheritdoc/>
    public void Settle()
    {
        // Each file is durable when it is written.
    }

    /// <summary>Gives a damaged piece another name, for a person to look at.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    internal static void SetAside(string path)
    {
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        try
        {
            Posix.Rename(path, $"{path}.{stamp}.damaged");
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (IOException e)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    private string PathOf(string piece) => Path.Join(JournalPath, piece);
}
