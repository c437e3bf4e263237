using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Storage;
using Microsoft.Win32.SafeHandles;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// Devices that a line has begun. One that is continued otherwise (by another station, by a cmdlet alone, after a kill) takes what the
/// line remembers of it into a journal of its own, and is the line's no more.
/// </summary>
internal static class BegunOnLine
{
    /// <summary>Finds where a device's journal is. The caller holds the lock of its directory.</summary>
    internal static IDeviceStorage StorageOf(SotaConfig config)
    {
        if (LineFolders.Find(config.SotaPath) is LineDevice device)
        {
            return device;
        }

        TakeOver(config.SotaPath, config.Root);
        return new DeviceDirectory(config.SotaPath);
    }

    /// <summary>Gives a device what lines remember of it as a journal of its own. The caller holds the lock of its directory.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>: the line still remembers it.</exception>
    internal static void TakeOver(string sotaPath, string root)
    {
        foreach (LineDevice left in LineFolders.LeftOf(sotaPath))
        {
            var own = new EnrollmentJournal(sotaPath, root);
            if (own.Peek(out _) is null && own.PeekIdentity() is null)
            {
                Take(left, new EnrollmentJournal(sotaPath, root, left), own);
            }

            // From here on the journal of its own counts, whatever a line remembered.
            left.Clear();
            left.Settle();
            LineFolders.RemoveEmpty(sotaPath);
        }
    }

    /// <summary>Gives each device that a line of this process has not finished a journal of its own, and ends the line.</summary>
    /// <returns>What could not be given one: the journal of the line still has it.</returns>
    internal static IReadOnlyList<AutoRegisterException> EndLine()
    {
        var problems = new List<AutoRegisterException>();
        foreach ((string path, string root) in LineFolders.End())
        {
            try
            {
                // Whoever has the lock continues it, and has taken it over or will.
                using SafeFileHandle? directory = Posix.TryOpen(path, OpenFlags.Directory);
                if (directory is not null && Posix.TryLock(directory, path))
                {
                    TakeOver(path, root);
                }
            }
            catch (AutoRegisterException e)
            {
                problems.Add(e);
            }
        }

        LineFolders.Forget();
        return problems;
    }

    private static void Take(LineDevice left, EnrollmentJournal there, EnrollmentJournal own)
    {
        JournalEntry? entry = there.Peek(out _);
        DurableDirectory.Create(own.JournalPath);
        foreach (string piece in left.Pieces.Where(piece => piece != EnrollmentJournal.EntryName))
        {
            own.Storage.Write(piece, left.Read(piece)!);
        }

        if (entry is not null && entry.Origin.FindDifference(there.Here()) is null)
        {
            own.Save(entry);
        }
        else if (left.Read(EnrollmentJournal.EntryName) is byte[] foreign)
        {
            // Of another machine, as its origin goes on saying.
            own.Storage.Write(EnrollmentJournal.EntryName, foreign);
        }
    }
}
