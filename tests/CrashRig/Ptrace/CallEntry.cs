namespace CrashRig.Ptrace;

/// <summary>A system call before it is carried out, as PTRACE_GET_SYSCALL_INFO tells it on every architecture (ptrace(2)).</summary>
internal sealed record CallEntry(int ThreadId, long Number, long[] Arguments)
{
    private const byte OperationExit = 2;
    private const byte OperationSeccomp = 3;

    /// <summary>Asks a thread that the filter stopped.</summary>
    /// <returns>The call; <see langword="null"/> when the thread is gone.</returns>
    internal static unsafe CallEntry? Read(int threadId)
    {
        // struct ptrace_syscall_info: op at 0, nr at 24, args[6] from 32.
        const int Size = 88;
        byte* info = stackalloc byte[Size];
        nint got = Native.PTrace(Native.RequestGetSyscallInfo, threadId, Size, info);
        if (got <= 0 || info[0] != OperationSeccomp)
        {
            return null;
        }

        return new CallEntry(threadId, *(long*)(info + 24), new ReadOnlySpan<long>(info + 32, 6).ToArray());
    }

    /// <summary>Asks a thread in a system call stop how its call ended.</summary>
    /// <returns>What it returned, a negative errno for a failure; <see langword="null"/> when the thread is gone.</returns>
    internal static unsafe long? ReadResult(int threadId)
    {
        // struct ptrace_syscall_info: op at 0, rval at 24.
        const int Size = 88;
        byte* info = stackalloc byte[Size];
        return Native.PTrace(Native.RequestGetSyscallInfo, threadId, Size, info) > 0 && info[0] == OperationExit ? *(long*)(info + 24) : null;
    }
}
