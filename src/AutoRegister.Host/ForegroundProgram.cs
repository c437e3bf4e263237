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

    private volatile bool _running;

    /// <summary>The engine starts a program.</summary>
    public void Begins() => _running = true;

    /// <summary>It ended.</summary>
    public void Ended() => _running = false;

    /// <summary>Asks the program, if there is one, to end.</summary>
    public void Stop()
    {
        if (!_running || !OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process)
                && ParentOf(process) == Environment.ProcessId)
            {
                // One that has just ended is what we want: the result does not matter.
                _ = Kill(process, Terminate);
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
