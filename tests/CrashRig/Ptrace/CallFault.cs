using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CrashRig.Ptrace;

/// <summary>
/// Makes a system call fail: at its entry its number becomes one that no call has, so that the kernel does nothing, and at its
/// exit the result becomes EIO (ptrace(2), PTRACE_SETREGSET).
/// </summary>
internal static unsafe class CallFault
{
    private const int RequestGetRegisters = 0x4204;
    private const int RequestSetRegisters = 0x4205;
    private const int GeneralRegisters = 1;
    private const int Arm64CallNumber = 0x404;
    private const long InputOutputError = -5;

    // struct user_regs_struct of x86-64 and struct user_pt_regs of arm64, in 8-byte words.
    private const int MostRegisters = 34;
    private const int X64Result = 10;
    private const int X64CallNumber = 15;
    private const int Arm64Result = 0;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>At the entry: the call is not carried out.</summary>
    internal static void Skip(int threadId)
    {
        if (IsArm64)
        {
            int none = -1;
            var number = new Vector { Base = &none, Length = sizeof(int) };
            Request(RequestSetRegisters, threadId, Arm64CallNumber, &number);
        }
        else
        {
            Change(threadId, X64CallNumber, -1);
        }
    }

    /// <summary>At the exit: it failed.</summary>
    internal static void Fail(int threadId) => Change(threadId, IsArm64 ? Arm64Result : X64Result, InputOutputError);

    private static void Change(int threadId, int index, long value)
    {
        long* registers = stackalloc long[MostRegisters];
        var all = new Vector { Base = registers, Length = MostRegisters * sizeof(long) };
        Request(RequestGetRegisters, threadId, GeneralRegisters, &all);
        registers[index] = value;
        Request(RequestSetRegisters, threadId, GeneralRegisters, &all);
    }

    private static void Request(int request, int threadId, int set, Vector* data)
    {
        if (Native.PTrace(request, threadId, set, (byte*)data) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    // struct iovec.
    private struct Vector
    {
        public void* Base;
        public nuint Length;
    }
}
