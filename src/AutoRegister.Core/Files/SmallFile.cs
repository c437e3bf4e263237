using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Reads whole files that somebody else may have put there: only regular ones, so that a FIFO stops nothing, and only as much
/// as such a file may hold, so that a device or a huge file fills no memory.
/// </summary>
public static class SmallFile
{
    /// <summary>The most such a file may hold: 4 MiB. Certificates, keys, configurations and answers are far smaller.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <returns>All of it; the caller zeroes what is secret.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read, is no regular file, or is too large.</exception>
    public static byte[] Read(string path) => Read(path, out _);

    /// <summary>Reads a file, and what is known of it.</summary>
    internal static byte[] Read(string path, out FileStatus status)
    {
        using SafeFileHandle handle = RegularFile.TryOpen(path, out status, out string? problem)
            ?? throw (problem is null ? new FileNotFoundException($"There is no file '{path}'.", path) : new IOException($"'{path}' cannot be read: {problem}."));

        // The size is a hint: files of /proc have none, and a file may grow. One byte more than expected tells.
        byte[] content = new byte[Math.Min(status.Size, MaximumLength) + 1];
        int length = 0;
        while (ReadSome(handle, content.AsSpan(length), length, path) is > 0 and int count)
        {
            length += count;
            if (length > MaximumLength)
            {
                CryptographicOperations.ZeroMemory(content);
                throw new IOException($"'{path}' is larger than {MaximumLength / 1024 / 1024} MiB.");
            }

            if (length == content.Length)
            {
                content = Resize(content, Math.Min(length * 2, MaximumLength + 1));
            }
        }

        return length == content.Length ? content : Resize(content, length);
    }

    /// <summary>Reads a file of a registration: what the next step is built on.</summary>
    /// <param name="path">The file.</param>
    /// <returns>All of it; <see langword="null"/> when there is none.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ReadFailed"/>.</exception>
    internal static byte[]? TryReadOwn(string path)
    {
        try
        {
            return Read(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e)
        {
            throw new AutoRegisterException(
                ErrorId.ReadFailed, e.Message, "Check the medium and whose file it is; then run this again, as the user that registers the device.", path, e);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <returns>The text, UTF-8 unless a byte order mark says otherwise.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read, is no regular file, or is too large.</exception>
    public static string ReadText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(Read(path)));
        return reader.ReadToEnd();
    }

    // The handle does not know the name, and an I/O error should say it.
    private static int ReadSome(SafeFileHandle handle, Span<byte> target, long offset, string path)
    {
        try
        {
            return RandomAccess.Read(handle, target, offset);
        }
        catch (IOException e)
        {
            throw new IOException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    private static byte[] Resize(byte[] content, int length)
    {
        byte[] other = new byte[length];
        content.AsSpan(0, Math.Min(length, content.Length)).CopyTo(other);
        CryptographicOperations.ZeroMemory(content);
        return other;
    }
}
