using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Files;

/// <summary>Who else can read or change the files that hold secrets, or say what root is to load.</summary>
internal static class FileTrust
{
    private const UnixFileMode Readable = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Warns of a file that others can read or change.</summary>
    internal static void Notice(ConfigFile file, string what, IRegistrationObserver observer)
    {
        if (file.Status is not FileStatus status)
        {
            return;
        }

        if ((status.Mode & (Readable | Writable)) != 0)
        {
            string may = (status.Mode & Writable) == 0 ? "read" : (status.Mode & Readable) == 0 ? "write to" : "read and write to";
            observer.ReportWarning($"Others than its owner may {may} '{file.Name}', which holds {what}: chmod 0600 '{file.Name}'");
        }

        if (status.Owner != 0 && status.Owner != Posix.EffectiveUser())
        {
            observer.ReportWarning($"'{file.Name}', which holds {what}, belongs to user {status.Owner}, who may change it: give it to root.");
        }
    }

    /// <summary>Refuses a file that everybody can change and that decides what code is loaded.</summary>
    /// <param name="status">What is known of the file.</param>
    /// <param name="what">What whoever writes to it decides.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.FileNotTrusted"/>.</exception>
    internal static void Require(FileStatus status, string name, string what)
    {
        if (status.Mode.HasFlag(UnixFileMode.OtherWrite))
        {
            throw new AutoRegisterException(
                ErrorId.FileNotTrusted, $"Everybody may write to '{name}', and so decide {what}.", $"Check what is in it, then: chmod o-w '{name}'", name);
        }
    }
}
