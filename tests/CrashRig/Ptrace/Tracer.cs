using System.Globalization;

namespace CrashRig.Ptrace;

/// <summary>
/// Runs a program under ptrace(2), counts over all its threads and children the system calls that leave something behind, and
/// sends a signal at the entry of one of them: with SIGKILL the call itself is not carried out.
/// </summary>
internal sealed class Tracer(RigOptions options)
{
    private readonly List<string> points = [];
    private readonly HashSet<int> processes = [];
    private readonly Dictionary<int, WatchedCall> watched = [];
    private readonly HashSet<int> failing = [];
    private readonly DurabilityProof proof = new();
    private bool reached;

    /// <summary>Runs the program on a thread of its own: all requests must come from the thread that traces (ptrace(2)).</summary>
    internal static RigResult Run(RigOptions options)
    {
        RigResult? result = null;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = new Tracer(options).Follow();
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private RigResult Follow()
    {
        proof.Load(options.ProofFile);
        int root = Start();
        int exitCode = 0;
        int pid;
        while ((pid = Native.WaitForAny(out int status)) != 0)
        {
            int low = status & 0x7f;
            if (low == 0x7f)
            {
                Continue(pid, (status >> 8) & 0xff, status >> 16);
                continue;
            }

            processes.Remove(pid);
            if (pid == root)
            {
                exitCode = low == 0 ? (status >> 8) & 0xff : 128 + low;
            }
        }

        if (options.AsksForProof)
        {
            proof.Save(options.ProofFile);
            File.WriteAllLines(options.ProofFile + ".missing", proof.Missing(options.Under));
        }

        return new RigResult(points, reached, exitCode);
    }

    /// <summary>A shell stops itself, is seized, and becomes the program: so the first call of the program is seen.</summary>
    private int Start()
    {
        int pid = CallFilter.Run(options.Watches, () => Native.Spawn("/bin/sh", ["-c", "kill -STOP $$; exec \"$@\"", "sh", .. options.Command]));
        processes.Add(pid);
        if (Native.WaitPid(pid, out _, Native.WaitStopped) != pid)
        {
            throw new IOException("The program ended before it began.");
        }

        Native.Trace(Native.RequestSeize, pid, Native.Options);
        Native.Kill(pid, Native.SignalContinue);
        return pid;
    }

    private void Continue(int pid, int signal, int ptraceEvent)
    {
        const int SyscallStop = Native.SignalTrap | 0x80;
        if (ptraceEvent == Native.EventSeccomp)
        {
            AtCall(pid);
            Native.Trace(watched.ContainsKey(pid) || failing.Contains(pid) ? Native.RequestSyscall : Native.RequestContinue, pid);
        }
        else if (signal == SyscallStop)
        {
            AtExit(pid);
            Native.Trace(Native.RequestContinue, pid);
        }
        else if (ptraceEvent == Native.EventStop && signal is 19 or 20 or 21 or 22 && points.Count > 0)
        {
            // A real stop of the whole group: it lasts until SIGCONT.
            Native.Trace(Native.RequestListen, pid);
        }
        else
        {
            Native.Trace(Native.RequestContinue, pid, ptraceEvent == 0 ? signal : 0);
        }
    }

    private void AtCall(int pid)
    {
        if (reached && options is { FailSync: false, Signal: Native.SignalKill })
        {
            return;
        }

        if (CallEntry.Read(pid) is not CallEntry entry || SystemCallTable.Find(entry.Number) is not SystemCall call
            || TargetOf(call, entry) is not string target)
        {
            return;
        }

        if (options.AsksForProof && options.IsUnder(target))
        {
            watched[pid] = new WatchedCall(call, entry, target);
        }

        if (!options.Counts(call, target))
        {
            return;
        }

        points.Add(string.Create(CultureInfo.InvariantCulture, $"{points.Count + 1} {call.Name} {target}"));
        if (points.Count == options.At)
        {
            reached = true;
            if (options.FailSync)
            {
                CallFault.Skip(pid);
                failing.Add(pid);
                return;
            }

            processes.Add(ProcessOf(pid));
            foreach (int process in processes)
            {
                Native.Kill(process, options.Signal);
            }
        }
    }

    private void AtExit(int pid)
    {
        if (CallEntry.ReadResult(pid) is not long result)
        {
            return;
        }

        bool fails = failing.Remove(pid);
        if (fails)
        {
            CallFault.Fail(pid);
        }

        if (watched.Remove(pid, out WatchedCall? call))
        {
            call.End(fails ? -1 : result, proof);
        }
    }

    private static string? TargetOf(SystemCall call, CallEntry entry)
    {
        try
        {
            return CallTarget.Of(call, entry);
        }
        catch (IOException)
        {
            // Killed by someone else while it was looked at.
            return null;
        }
    }

    private static int ProcessOf(int threadId)
    {
        string? line = File.ReadLines($"/proc/{threadId}/status").FirstOrDefault(l => l.StartsWith("Tgid:", StringComparison.Ordinal));
        return line is null ? threadId : int.Parse(line["Tgid:".Length..].Trim(), CultureInfo.InvariantCulture);
    }
}
