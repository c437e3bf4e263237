using System.Security.Cryptography;
using AutoRegister.Core.Errors;

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

    private ConfigFile(string name, byte[] buffer, FileStatus? status)
    {
        Name = name;
        Status = status;
        this.buffer = buffer;
        start = buffer.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
    }

    /// <summary>The path as messages show it: as whoever reads them can open it, below the root and without links.</summary>
    public string Name { get; }

    /// <summary>Whose the file is and who may write to it; <see langword="null"/> when it is none.</summary>
    internal FileStatus? Status { get; }

    /// <summary>The text, without a byte order mark.</summary>
    public ReadOnlySpan<byte> Utf8 => buffer.AsSpan(start);

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
        FileProblem? problem = SmallFile.TryRead(RootedPath.Resolve(root, devicePath), MaximumLength, out byte[] content, out FileStatus status);
        return problem?.Kind switch
        {
            null => Create(name, content, status),

            // A link into nowhere is not the same as no file: somebody meant there to be one.
            FileProblemKind.Missing => RootedPath.FindLink(root, devicePath) is string link ? throw Unreadable(link, "it is a symbolic link to a file that does not exist") : null,
            FileProblemKind.TooLarge => throw new AutoRegisterException(
                ErrorId.FileTooLarge, $"{name} is {problem.Words}, far more than it may hold.", "Replace it with the file that was meant.", name),
            _ => throw Unreadable(name, problem.Words, problem.Cause),
        };
    }

    /// <summary>Takes a copy of bytes as if they had been read from a file.</summary>
    /// <param name="name">The name messages show.</param>
    /// <param name="content">The bytes.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileTooLarge"/> or <see cref="ErrorId.FileNotText"/>.</exception>
    public static ConfigFile FromBytes(string name, ReadOnlySpan<byte> content)
    {
        byte[] copy = GC.AllocateUninitializedArray<byte>(content.Length, pinned: true);
        content.CopyTo(copy);
        return Create(name, copy, status: null);
    }

    /// <summary>The place of one of its lines.</summary>
    /// <param name="line">The line, counted from 1.</param>
    /// <returns>The source of a setting found there.</returns>
    public SettingSource At(int line) => new(SettingSourceKind.File, Name, line);

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(buffer);

    private static ConfigFile Create(string name, byte[] content, FileStatus? status)
    {
        var file = new ConfigFile(name, content, status);
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

    private static AutoRegisterException Unreadable(string name, string problem, Exception? cause = null) => new(
        ErrorId.FileUnreadable, $"{name} cannot be read: {problem}.", "Put a readable text file there, or remove it.", name, cause);
}
