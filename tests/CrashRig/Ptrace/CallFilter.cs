using System.Runtime.InteropServices;

namespace CrashRig.Ptrace;

/// <summary>
/// A seccomp filter (seccomp(2)): a program stops for its tracer at the calls that may count, and no other call costs it anything.
/// A program that stopped at every call would take four times as long.
/// </summary>
internal static partial class CallFilter
{
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const nint FilterMode = 2;
    private const int OpenCreate = 0x40;

    // struct seccomp_data: the number at 0, the arguments from 16.
    private const ushort LoadWord = 0x20;
    private const uint Number = 0;
    private const uint SecondArgument = 24;
    private const uint ThirdArgument = 32;

    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAnySet = 0x45;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7fff0000;
    private const uint StopForTracer = 0x7ff00000;

    /// <summary>
    /// Does the work, which starts a program that is to stop at some of the calls, on a thread of its own: the filter is the thread's
    /// and its children's, and without a tracer a call that would stop fails.
    /// </summary>
    internal static T Run<T>(Func<SystemCall, bool> stops, Func<T> work)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Install(Program(stops));
                result = work();
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw failure;
    }

    private static unsafe void Install(Instruction[] program)
    {
        fixed (Instruction* first = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, Program = first };
            if (Control(SetNoNewPrivileges, 1, null, 0, 0) != 0 || Control(SetSeccomp, FilterMode, &filter, 0, 0) != 0)
            {
                throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
            }
        }
    }

    private static Instruction[] Program(Func<SystemCall, bool> stops)
    {
        (uint Number, CallKind Kind)[] calls =
            [.. SystemCallTable.Numbers.Where(call => stops(call.Value)).Select(call => ((uint)call.Key, call.Value.Kind))];

        // The end: what each call leads to. Jumps are counted from the instruction behind them.
        Instruction[] end =
        [
            new(Return, 0, 0, Allow),
            new(LoadWord, 0, 0, SecondArgument),
            new(JumpIfAnySet, 3, 0, OpenCreate),
            new(Return, 0, 0, Allow),
            new(LoadWord, 0, 0, ThirdArgument),
            new(JumpIfAnySet, 0, 1, OpenCreate),
            new(Return, 0, 0, StopForTracer),
            new(Return, 0, 0, Allow),
        ];
        IEnumerable<Instruction> rows = calls.Select((call, index) =>
        {
            int target = call.Kind switch { CallKind.Open => 1, CallKind.OpenAt => 4, _ => 6 };
            return new Instruction(JumpIfEqual, (byte)(calls.Length - 1 - index + target), 0, call.Number);
        });
        return [new(LoadWord, 0, 0, Number), .. rows, .. end];
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static unsafe partial int Control(int option, nint second, Filter* third, nint fourth, nint fifth);

    // struct sock_filter.
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    // struct sock_fprog.
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Filter
    {
        public ushort Length;
        public Instruction* Program;
    }
}
