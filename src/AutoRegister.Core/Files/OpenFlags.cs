using System.Runtime.InteropServices;

namespace AutoRegister.Core.Files;

/// <summary>
/// The flags of open(2), here and nowhere else: <c>O_DIRECTORY</c> and <c>O_NOFOLLOW</c> have other numbers on arm and ppc
/// (asm/fcntl.h) than asm-generic gives all others. There the one of x86 means <c>O_DIRECT</c>.
/// </summary>
internal static class OpenFlags
{
    /// <summary><c>O_RDONLY</c>.</summary>
    internal const int ReadOnly = 0;

    /// <summary><c>O_RDWR</c>.</summary>
    internal const int ReadWrite = 2;

    /// <summary><c>O_APPEND</c>: each write goes to the end, also where others write.</summary>
    internal const int Append = 0x400;

    /// <summary><c>O_NOCTTY</c>: a terminal does not become ours.</summary>
    internal const int NoTerminal = 0x100;

    /// <summary><c>O_NONBLOCK</c>: a FIFO without a writer does not stop us.</summary>
    internal const int NonBlocking = 0x800;

    /// <summary><c>O_PATH</c>: only to find what is below; nothing is read.</summary>
    internal const int PathOnly = 0x200000;

    /// <summary><c>O_CLOEXEC</c>: programs that are started do not inherit it.</summary>
    internal const int CloseOnExec = 0x80000;

    /// <summary><c>O_DIRECTORY</c>: it is an error when the path is none.</summary>
    internal static readonly int Directory = HasOwnNumbers ? 0x4000 : 0x10000;

    /// <summary><c>O_NOFOLLOW</c>: it is an error when the last part of the path is a link.</summary>
    internal static readonly int NoFollow = HasOwnNumbers ? 0x8000 : 0x20000;

    private static bool HasOwnNumbers => RuntimeInformation.ProcessArchitecture
        is Architecture.Arm or Architecture.Arm64 or Architecture.Armv6 or Architecture.Ppc64le;
}
