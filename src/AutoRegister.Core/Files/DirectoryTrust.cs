using AutoRegister.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Files;

/// <summary>
/// Who else decides what a directory is: its owner, and whoever may write to one above it, who can put another in its place (rename(2)).
/// A sticky bit keeps others from that, and not the owner.
/// </summary>
internal static class DirectoryTrust
{
    /// <summary>Refuses a directory that everybody can exchange.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.DirectoryNotTrusted"/>.</exception>
    internal static void Require(string path)
    {
        if (Above(path).FirstOrDefault(above => IsForEverybody(above.Status)).Path is string open)
        {
            throw new AutoRegisterException(
                ErrorId.DirectoryNotTrusted, $"Everybody may write to '{open}', and so put another directory in the place of '{path}'.", $"Look at what is there, then: chmod o-w '{open}'", path);
        }
    }

    /// <summary>Says who else can exchange a directory.</summary>
    /// <param name="path">The directory; it need not exist.</param>
    /// <returns>A sentence and what to do; <see langword="null"/> when nobody can.</returns>
    internal static (string Words, string Remedy)? FindDoubt(string path)
    {
        foreach ((string above, FileStatus status) in Above(path))
        {
            if (IsForEverybody(status))
            {
                return ($"Everybody may write to '{above}', and so put another directory in the place of '{path}'.", $"chmod o-w '{above}'");
            }

            if (status.Owner != 0 && status.Owner != Posix.EffectiveUser())
            {
                return ($"'{above}' belongs to user {status.Owner}, who can put another directory in the place of '{path}'.", $"Give it to root: chown root '{above}'");
            }

            if (status.Mode.HasFlag(UnixFileMode.GroupWrite) && !status.Mode.HasFlag(UnixFileMode.StickyBit) && status.Group != 0 && status.Group != Posix.EffectiveGroup())
            {
                return ($"Group {status.Group} may write to '{above}', and so put another directory in the place of '{path}'.", $"chmod g-w '{above}'");
            }
        }

        return null;
    }

    /// <summary>The error that a directory is another user's, and that this process may not take it: a unit has no right to.</summary>
    /// <param name="cause">What the system said.</param>
    internal static AutoRegisterException Foreign(string path, uint owner, Exception cause)
    {
        string us = Posix.EffectiveUser() is uint user and not 0 ? $"{user}" : "root";
        return new AutoRegisterException(
            ErrorId.DirectoryNotTrusted,
            $"'{path}' belongs to user {owner}, who could prepare what is in it, and this run may not take it: {cause.Message}",
            $"If nothing in it is needed: mv '{path}' '{path}.foreign'. If all of it is this device's own: chown -R {us} '{path}' && chmod 0700 '{path}'. Then run this again.",
            path,
            cause);
    }

    private static bool IsForEverybody(FileStatus status) => status.Mode.HasFlag(UnixFileMode.OtherWrite) && !status.Mode.HasFlag(UnixFileMode.StickyBit);

    // As it is written, and where its links lead.
    private static IEnumerable<(string Path, FileStatus Status)> Above(string path)
    {
        using SafeFileHandle? opened = Posix.TryOpen(path, OpenFlags.PathOnly | OpenFlags.Directory);
        string? real = opened is null ? null : new FileInfo($"/proc/self/fd/{opened.DangerousGetHandle()}").LinkTarget;
        foreach (string name in new[] { Path.GetFullPath(path), real }.OfType<string>().Distinct())
        {
            for (string? above = Path.GetDirectoryName(name.TrimEnd('/')); above is not null; above = Path.GetDirectoryName(above))
            {
                if (Posix.StatusOf(above) is { IsDirectory: true } status)
                {
                    yield return (above, status);
                }
            }
        }
    }
}
