using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoRegister.Host;

/// <summary>
/// The native program a script waits for while it uses our own streams. The engine does not end such a program
/// when it stops: at a terminal Ctrl-C reaches the whole process group. SIGTERM reaches this process only, so it is
/// passed on.
/// </summary>
internal sealed partial class ForegroundProgram
{
    private const int Terminate = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Odd while a program runs; never the same again, so that a program of a finally block is not taken for it.
    private int _turn;

    /// <summary>The engine starts a program.</summary>
    public void Begins() => Interlocked.Increment(ref _turn);

    /// <summary>It ended.</summary>
    public void Ended() => Interlocked.Increment(ref _turn);

    /// <summary>Asks the program, if there is one, to end, and waits until it did.</summary>
    public void Stop()
    {
        var turn = Volatile.Read(ref _turn);
        if (turn % 2 == 0 || !OperatingSystem.IsLinux())
        {
            return;
        }

        // Again and again: the engine says that it starts a program before there is one.
        var asked = new HashSet<int>();
        while (Volatile.Read(ref _turn) == turn)
        {
            foreach (var process in Children().Where(asked.Add))
            {
                // One that has just ended is what we want: the result does not matter.
                _ = Kill(process, Terminate);
            }

            Thread.Sleep(Pause);
        }
    }

    private static IEnumerable<int> Children()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process)
                && ParentOf(process) == Environment.ProcessId)
            {
                yield return process;
            }
        }
    }

    // proc(5): "pid (name) state parent …", where the name may hold blanks and parentheses.
    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended between the listing and the look.
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
