using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// The text of one small configuration file: read with a bound, checked to be text, zeroed on <see cref="Dispose"/>
/// because it may hold a token or PINs.
/// </summary>
public sealed class ConfigFile : IDisposable
{
    /// <summary>The most a configuration file may hold; real ones have a few hundred bytes.</summary>
    public const int MaximumLength = 64 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly byte[] buffer;
    private readonly int start;
    private readonly int length;

    private ConfigFile(string name, byte[] buffer, int length, FileStatus? status)
    {
        Name = name;
        Status = status;
        this.buffer = buffer;
        start = buffer.AsSpan(0, length).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        this.length = length - start;
    }

    /// <summary>The path as messages show it: as whoever reads them can open it, below the root and without links.</summary>
    public string Name { get; }

    /// <summary>Whose the file is and who may write to it; <see langword="null"/> when it is none.</summary>
    internal FileStatus? Status { get; }

    /// <summary>The text, without a byte order mark.</summary>
    public ReadOnlySpan<byte> Utf8 => buffer.AsSpan(start, length);

    /// <summary>Reads a file of the device.</summary>
    /// <param name="root">The directory device paths are below.</param>
    /// <param name="devicePath">The path as the device sees it.</param>
    /// <returns>The file, or <see langword="null"/> when there is none.</returns>
    /// <exception cref="AutoRegisterException">
    /// <see cref="ErrorId.FileUnreadable"/>, <see cref="ErrorId.FileTooLarge"/> or <see cref="ErrorId.FileNotText"/>.
    /// </exception>
    public static ConfigFile? TryRead(string root, string devicePath)
    {
        string name = RootedPath.Shown(root, devicePath);
        using var handle = RegularFile.TryOpen(RootedPath.Resolve(root, devicePath), out var status, out var problem);
        if (handle is null)
        {
            // A link into nowhere is not the same as no file: somebody meant there to be one.
            return problem is not null ? throw Unreadable(name, problem)
                : RootedPath.FindLink(root, devicePath) is string link ? throw Unreadable(link, "it is a symbolic link to a file that does not exist")
                : null;
        }

        // The size is a hint: files of /proc have none, and a file may grow. One byte more than allowed tells.
        var content = GC.AllocateUninitializedArray<byte>(MaximumLength + 1, pinned: true);
        var read = status.Size > MaximumLength ? content.Length : ReadFully(name, handle, content);
        return read < content.Length
            ? Create(name, content, read, status)
            : throw new AutoRegisterException(
                ErrorId.FileTooLarge,
                $"{name} is larger than {MaximumLength / 1024} KiB, far more than it may hold.",
                "Replace it with the file that was meant.",
                name);
    }

    /// <summary>Takes a copy of bytes as if they had been read from a file.</summary>
    /// <param name="name">The name messages show.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>The checked text.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileTooLarge"/> or <see cref="ErrorId.FileNotText"/>.</exception>
    public static ConfigFile FromBytes(string name, ReadOnlySpan<byte> content)
    {
        var copy = GC.AllocateUninitializedArray<byte>(content.Length, pinned: true);
        content.CopyTo(copy);
        return Create(name, copy, copy.Length, status: null);
    }

    /// <summary>The place of one of its lines.</summary>
    /// <param name="line">The line, counted from 1.</param>
    /// <returns>The source of a setting found there.</returns>
    public SettingSource At(int line) => new(SettingSourceKind.File, Name, line);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(buffer);

    private static ConfigFile Create(string name, byte[] content, int length, FileStatus? status)
    {
        var file = new ConfigFile(name, content, length, status);
        try
        {
            ConfigText.Require(name, file.Utf8);
            return file;
        }
        catch (AutoRegisterException)
        {
            file.Dispose();
            throw;
        }
    }

    private static int ReadFully(string name, SafeFileHandle handle, Span<byte> content)
    {
        try
        {
            var total = 0;
            while (total < content.Length && RandomAccess.Read(handle, content[total..], total) is > 0 and var count)
            {
                total += count;
            }

            return total;
        }
        catch (IOException e)
        {
            throw Unreadable(name, e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable(name, e.Message, e);
        }
    }

    private static AutoRegisterException Unreadable(string name, string problem, Exception? cause = null) => new(
        ErrorId.FileUnreadable, $"{name} cannot be read: {problem}.", "Put a readable text file there, or remove it.", name, cause);
}
