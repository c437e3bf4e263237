using System.Security.Cryptography;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Storage;

/// <summary>
/// The storage of a device of a line: its pieces are records of the line's journal, and what stays is written once, under the name it
/// keeps, without a flush of its own. Until <see cref="Clear"/> the journal has all that a torn file is made of anew.
/// </summary>
/// <param name="file">The line's journal.</param>
/// <param name="name">The device's directory beside that of the journal.</param>
internal sealed class LineDevice(LineJournal file, string name) : IDeviceStorage
{
    private bool placed;

    /// <inheritdoc/>
    public string JournalPath => file.Folder;

    /// <inheritdoc/>
    public IEnumerable<string> Pieces => file.PiecesOf(name).Keys;

    /// <inheritdoc/>
    public bool KeepsEarlier => true;

    /// <inheritdoc/>
    public JournalOrigin OriginBelow(string root) => file.OriginBelow(root);

    /// <inheritdoc/>
    public byte[]? Read(string piece) => file.PiecesOf(name).TryGetValue(piece, out byte[]? content) ? [.. content] : null;

    /// <inheritdoc/>
    public void Write(string piece, ReadOnlySpan<byte> content) => file.Append(new LineRecord { Device = name, Piece = piece, Content = content.ToArray() });

    /// <inheritdoc/>
    public void Delete(string piece)
    {
        if (Read(piece) is not null)
        {
            file.Append(new LineRecord { Device = name, Piece = piece });
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        foreach (byte[] piece in file.PiecesOf(name).Values)
        {
            CryptographicOperations.ZeroMemory(piece);
        }

        file.Append(new LineRecord { Device = name });
    }

    /// <inheritdoc/>
    public void SettleName()
    {
        // The line made the directory, and its flush is that of all names.
    }

    /// <inheritdoc/>
    public void Place(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        placed = true;
        try
        {
            File.Delete(path);
            using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = AtomicFile.OwnerOnly,
            });
            stream.Write(content);
            if (mode != AtomicFile.OwnerOnly)
            {
                File.SetUnixFileMode(stream.SafeFileHandle, mode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(path, e);
        }
    }

    /// <inheritdoc/>
    public void Settle()
    {
        file.Settle(files: placed);
        placed = false;
    }
}
