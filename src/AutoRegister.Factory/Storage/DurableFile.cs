using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Storage;

/// <summary>The factory's files: either not there or complete, whenever the power goes, and for its user alone.</summary>
internal static class DurableFile
{
    /// <summary>Writes a file, or replaces it.</summary>
    /// <exception cref="ExitException">It could not be made durable; an old one stays.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            AtomicFile.Write(Path.GetFullPath(path), Encoding.UTF8.GetBytes(text), AtomicFile.OwnerOnly);
        }
        catch (AutoRegisterException e)
        {
            throw new ExitException(ExitCode.OperatingSystem, e.Message);
        }
    }

    /// <summary>Reads a file that somebody else may have put there.</summary>
    public static string Read(string path) => SmallFile.ReadText(path);
}
