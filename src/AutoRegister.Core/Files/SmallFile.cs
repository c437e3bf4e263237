using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Reads whole files that somebody else may have put there: only regular ones, so that a FIFO stops nothing, and only as much
/// as such a file may hold, so that a device or a huge file fills no memory. The bytes stay where they are until they are freed, so
/// that a caller that zeroes a secret leaves no copy of it.
/// </summary>
public static class SmallFile
{
    /// <summary>The most such a file may hold unless a caller says otherwise: 4 MiB. Certificates, keys, configurations and answers are far smaller.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    // What files without a size begin with, those of /proc and /sys.
    private const int FirstGuess = 4096;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <returns>All of it; the caller zeroes what is secret.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read, is no regular file, or is too large.</exception>
    public static byte[] Read(string path) => Read(path, out _);

    /// <summary>Reads a file, and what is known of it.</summary>
    internal static byte[] Read(string path, out FileStatus status) =>
        TryRead(path, MaximumLength, out byte[] content, out status) is FileProblem problem ? throw problem.Of(path) : content;

    /// <summary>Reads a text.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <returns>The text, UTF-8 unless a byte order mark says otherwise.</returns>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read, is no regular file, or is too large.</exception>
    public static string ReadText(string path) => TextOf(Read(path));

    /// <summary>Reads a file that a person named.</summary>
    /// <param name="path">The file; it must be there.</param>
    /// <returns>All of it; the caller zeroes what is secret.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileUnreadable"/>.</exception>
    internal static byte[] ReadNamed(string path) => TryRead(path, MaximumLength, out byte[] content, out _) is FileProblem problem
        ? throw new AutoRegisterException(ErrorId.FileUnreadable, problem.Of(path).Message, target: path, innerException: problem.Cause)
        : content;

    /// <summary>Reads a file of a registration: what the next step is built on.</summary>
    /// <returns>All of it; <see langword="null"/> when there is none.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ReadFailed"/>.</exception>
    internal static byte[]? TryReadOwn(string path) => TryRead(path, MaximumLength, out byte[] content, out _) switch
    {
        null => content,
        { Kind: FileProblemKind.Missing } => null,
        var problem => throw new AutoRegisterException(ErrorId.ReadFailed, problem.Of(path).Message, target: path, innerException: problem.Cause),
    };

    /// <summary>The one reading of all of these.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="limit">The most that it may hold, in bytes.</param>
    /// <param name="status">What is known of it, also where it is too large.</param>
    /// <returns>Why there is no content; <see langword="null"/> when there is.</returns>
    internal static FileProblem? TryRead(string path, int limit, out byte[] content, out FileStatus status)
    {
        content = [];
        using SafeFileHandle? handle = Posix.TryOpenRegular(path, out status, out string? reason);
        if (handle is null)
        {
            return reason is null ? new(FileProblemKind.Missing, "it does not exist") : new(FileProblemKind.Unreadable, reason);
        }

        if (status.Size > limit)
        {
            return TooLarge(limit);
        }

        try
        {
            byte[]? read = ReadAll(handle, status.Size, limit);
            content = read ?? [];
            return read is null ? TooLarge(limit) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(FileProblemKind.Unreadable, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Decodes what was read: UTF-8 unless a byte order mark says otherwise.</summary>
    internal static string TextOf(byte[] content)
    {
        using var reader = new StreamReader(new MemoryStream(content));
        return reader.ReadToEnd();
    }

    // The size is a hint: files of /proc have none, and a file may grow. One byte more than expected tells.
    private static byte[]? ReadAll(SafeFileHandle handle, long size, int limit)
    {
        byte[] content = Allocate((int)Math.Min(size > 0 ? size : FirstGuess, limit) + 1);
        int length = 0;
        while (RandomAccess.Read(handle, content.AsSpan(length), length) is > 0 and int count)
        {
            length += count;
            if (length > limit)
            {
                CryptographicOperations.ZeroMemory(content);
                return null;
            }

            if (length == content.Length)
            {
                content = Resize(content, (int)Math.Min(length * 2L, limit + 1L));
            }
        }

        return length == content.Length ? content : Resize(content, length);
    }

    private static FileProblem TooLarge(int limit) =>
        new(FileProblemKind.TooLarge, limit > 1024 * 1024 ? $"larger than {limit / 1024 / 1024} MiB" : $"larger than {limit / 1024} KiB");

    private static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    private static byte[] Resize(byte[] content, int length)
    {
        byte[] other = Allocate(length);
        content.AsSpan(0, Math.Min(length, content.Length)).CopyTo(other);
        CryptographicOperations.ZeroMemory(content);
        return other;
    }
}
