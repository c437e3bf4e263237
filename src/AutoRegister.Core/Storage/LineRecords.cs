using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Storage;

/// <summary>What the records of a line's journal say together: the last of each piece counts.</summary>
internal sealed class LineRecords
{
    private const int FirstBuffer = 1024 * 1024;
    private readonly Dictionary<string, Dictionary<string, byte[]>> devices = new(StringComparer.Ordinal);

    /// <summary>The devices of which there are any.</summary>
    internal IReadOnlyCollection<string> Devices => devices.Keys;

    /// <summary>Reads a file's records.</summary>
    /// <param name="end">How much of it.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static LineRecords Read(SafeFileHandle handle, long end)
    {
        var all = new LineRecords();
        byte[] buffer = new byte[FirstBuffer];
        int filled = 0;
        for (long at = 0; at < end;)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }

            int got = RandomAccess.Read(handle, buffer.AsSpan(filled, (int)Math.Min(buffer.Length - filled, end - at)), at);
            if (got == 0)
            {
                break;
            }

            at += got;
            filled += got;
            int taken = all.ApplyLines(buffer.AsSpan(0, filled));
            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
        }

        Array.Clear(buffer);
        return all;
    }

    /// <summary>A device's pieces; <see langword="null"/> when there are none.</summary>
    internal IReadOnlyDictionary<string, byte[]>? PiecesOf(string device) => devices.GetValueOrDefault(device);

    /// <summary>Adds a record.</summary>
    internal void Apply(LineRecord record)
    {
        if (record.Piece is null)
        {
            devices.Remove(record.Device);
        }
        else if (record.Content is null)
        {
            devices.GetValueOrDefault(record.Device)?.Remove(record.Piece);
        }
        else
        {
            if (!devices.TryGetValue(record.Device, out Dictionary<string, byte[]>? pieces))
            {
                devices.Add(record.Device, pieces = new Dictionary<string, byte[]>(StringComparer.Ordinal));
            }

            pieces[record.Piece] = record.Content;
        }
    }

    private int ApplyLines(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (bytes[taken..].IndexOf((byte)'\n') is >= 0 and int size)
        {
            if (LineRecord.Decode(bytes.Slice(taken, size)) is LineRecord record)
            {
                Apply(record);
            }

            taken += size + 1;
        }

        return taken;
    }
}
