using System.Runtime.InteropServices;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>
/// Runs work on a thread for which the kernel answers fsync(2) with EIO, as a worn medium does: a seccomp filter (seccomp(2))
/// counts for the thread that installs it and ends with it.
/// </summary>
internal static partial class FailingFsync
{
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const nint FilterMode = 2;
    private const uint Allow = 0x7fff0000;
    private const uint AnswerWithError = 0x00050000;
    private const uint InputOutputError = 5;

    private static uint Number => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 82u : 74u;

    /// <summary>Runs the work and hands on what it throws.</summary>
    internal static T Run<T>(Func<T> work)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() => failure = Install() ?? Record.Exception(() => result = work()));
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw failure;
    }

    /// <summary>Runs the work and hands on what it throws.</summary>
    internal static void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    private static unsafe InvalidOperationException? Install()
    {
        // struct sock_filter: load the call's number; when it is fsync, skip one; allow; answer with the error.
        Instruction* program = stackalloc Instruction[]
        {
            new(0x20, 0, 0, 0), new(0x15, 1, 0, Number), new(0x06, 0, 0, Allow), new(0x06, 0, 0, AnswerWithError | InputOutputError),
        };
        var filter = new Filter { Length = 4, Program = program };
        return Control(SetNoNewPrivileges, 1, null, 0, 0) == 0 && Control(SetSeccomp, FilterMode, &filter, 0, 0) == 0
            ? null
            : new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static unsafe partial int Control(int option, nint second, Filter* third, nint fourth, nint fifth);

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Filter
    {
        public ushort Length;
        public Instruction* Program;
    }
}
