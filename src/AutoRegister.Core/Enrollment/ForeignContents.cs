using System.Globalization;
using System.Security.Cryptography;
using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// What others could prepare in a SOTA directory is not trusted: with a journal of theirs root would go on with a key of theirs.
/// It is renamed, in the directory itself: without privileges nobody moves another user's directory elsewhere (rename(2)).
/// </summary>
internal sealed class ForeignContents
{
    private const string Marker = ".untrusted-";
    private const int LongestName = 200;

    // A sticky bit means nothing where nobody else may write. It says that a run was killed between closing the directory and renaming.
    private const UnixFileMode BeingCleared = DurableDirectory.OwnerOnly | UnixFileMode.StickyBit;

    private readonly string path;
    private readonly string ending = string.Create(
        CultureInfo.InvariantCulture, $"{Marker}{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    private ForeignContents(string path) => this.path = path;

    /// <summary>Makes the directory this user's alone, and sets aside what was in it, when others could write to it.</summary>
    /// <param name="path">The directory; it exists.</param>
    /// <param name="beforeAnyChange">Called before anything is changed.</param>
    /// <param name="observer">Hears what is set aside.</param>
    /// <exception cref="IOException">It cannot be changed.</exception>
    internal static void SetAside(string path, Action beforeAnyChange, IRegistrationObserver observer)
    {
        using SafeFileHandle directory = Posix.OpenDirectory(path);
        FileStatus status = Posix.StatusOf(directory, path);
        var contents = new ForeignContents(path);
        if (status.IsOurs && status.Mode != BeingCleared)
        {
            contents.CheckJournal(beforeAnyChange, observer);
            return;
        }

        beforeAnyChange();
        Close(directory, status, path, observer);
        List<string> names = [.. Directory.EnumerateFileSystemEntries(path).Where(entry => !entry.Contains(Marker, StringComparison.Ordinal)).Where(contents.Rename)];
        Posix.Sync(directory, path);
        File.SetUnixFileMode(directory, DurableDirectory.OwnerOnly);
        Posix.Sync(directory, path);
        if (names.Count > 0)
        {
            observer.ReportWarning(
                $"Others could write to '{path}' before this run, so nothing in it is trusted: {string.Join(", ", names.Select(name => $"'{Printable.Text(Path.GetFileName(name))}'"))} "
                + $"{(names.Count == 1 ? "was" : "were")} renamed to '*{contents.ending}', and the registration begins anew.");
        }
    }

    private static void Close(SafeFileHandle directory, FileStatus status, string path, IRegistrationObserver observer)
    {
        if (status.Owner != Posix.EffectiveUser())
        {
            try
            {
                Posix.ChangeOwner(directory, Posix.EffectiveUser(), path);
            }
            catch (IOException e) when (e.HResult == Posix.NotPermitted)
            {
                throw DirectoryTrust.Foreign(path, status.Owner, e);
            }

            observer.ReportWarning($"'{path}' belongs to user {status.Owner}: it is given to user {Posix.EffectiveUser()}, because the OTA client refuses a directory that others may write.");
        }

        // Durable before anything is renamed: a power cut must not leave the names of ours and the mode of others.
        File.SetUnixFileMode(directory, BeingCleared);
        Posix.Sync(directory, path);
    }

    /// <summary>In a directory that is ours a journal is a directory of ours, and nobody else may have put anything into it.</summary>
    private void CheckJournal(Action beforeAnyChange, IRegistrationObserver observer)
    {
        string journal = Path.Join(path, EnrollmentJournal.DirectoryName);
        if (Posix.StatusOf(journal) is not FileStatus there || (there is { IsDirectory: true, IsOurs: true } && Directory.EnumerateFileSystemEntries(journal).All(IsOurOwn)))
        {
            return;
        }

        beforeAnyChange();
        Rename(journal);
        Posix.SyncDirectory(path);
        observer.ReportWarning(
            $"'{journal}' {(there.IsLink ? "is a link" : there.IsDirectory ? "could be written by others" : "is no directory")}, so it is not trusted: "
            + $"it was renamed to '{Path.GetFileName(journal)}{ending}', and the registration begins anew.");
    }

    private static bool IsOurOwn(string path) => Posix.StatusOf(path) is null or { IsRegular: true, IsOurs: true };

    private bool Rename(string entry)
    {
        string name = Path.GetFileName(entry);
        try
        {
            Posix.Rename(entry, Path.Join(path, name[..Math.Min(name.Length, LongestName)] + ending));
            return true;
        }
        catch (IOException) when (Posix.StatusOf(entry) is null || IsMountPoint(entry))
        {
            // A name that is no UTF-8 is none of ours, and is never read. What is mounted here root has mounted.
            return false;
        }
    }

    private bool IsMountPoint(string entry) => Posix.StatusOf(entry)?.Device != Posix.StatusOf(path + "/.")?.Device;
}
