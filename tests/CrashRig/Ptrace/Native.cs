using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CrashRig.Ptrace;

/// <summary>The system calls of a tracer (ptrace(2), wait(2), posix_spawn(3)).</summary>
internal static partial class Native
{
    internal const int RequestContinue = 7;
    internal const int RequestSyscall = 24;
    internal const int RequestSeize = 0x4206;
    internal const int RequestListen = 0x4208;
    internal const int RequestGetSyscallInfo = 0x420e;

    // TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC, TRACESECCOMP, EXITKILL.
    internal const int Options = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000;

    internal const int EventSeccomp = 7;
    internal const int EventStop = 128;
    internal const int SignalKill = 9;
    internal const int SignalContinue = 18;
    internal const int SignalTrap = 5;
    internal const int WaitStopped = 2;
    internal const int WaitAll = 0x40000000;
    internal const int NoSuchProcess = 3;
    internal const int NoChild = 10;
    internal const int Interrupted = 4;

    /// <summary>Starts a program by its full path, with this process's environment.</summary>
    /// <returns>Its process id.</returns>
    internal static int Spawn(string path, IReadOnlyList<string> arguments)
    {
        string?[] argv = [path, .. arguments, null];
        string?[] environment = [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"), null];
        int error = PosixSpawn(out int pid, path, 0, 0, argv, environment);
        return error == 0 ? pid : throw new Win32Exception(error, $"'{path}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>A ptrace request without data; a tracee that has just been killed is no error.</summary>
    internal static void Trace(int request, int pid, nint data = 0)
    {
        if (PTrace(request, pid, 0, data) < 0 && Marshal.GetLastPInvokeError() is int error && error != NoSuchProcess)
        {
            throw new Win32Exception(error, $"ptrace request {request} failed: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Waits for any tracee.</summary>
    /// <returns>Its id; 0 when there are none left.</returns>
    internal static int WaitForAny(out int status)
    {
        int pid;
        while ((pid = WaitPid(-1, out status, WaitAll)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == NoChild)
            {
                return 0;
            }

            if (error != Interrupted)
            {
                throw new Win32Exception(error);
            }
        }

        return pid;
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    internal static partial nint PTrace(nint request, int pid, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    internal static unsafe partial nint PTrace(nint request, int pid, nint address, byte* data);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatX(int directory, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(out int pid, string path, nint actions, nint attributes, string?[] argv, string?[] environment);
}
