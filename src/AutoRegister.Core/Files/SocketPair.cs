using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AutoRegister.Core.Files;

/// <summary>Two sockets that are connected with each other and with nothing else (socketpair(2)): no address, no network.</summary>
internal static partial class SocketPair
{
    private const int UnixDomain = 1;
    private const int StreamType = 1;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes a pair.</summary>
    /// <returns>Two streams; each closes its own end.</returns>
    /// <exception cref="IOException">socketpair(2) failed.</exception>
    internal static (NetworkStream One, NetworkStream Other) Open()
    {
        Span<int> descriptors = stackalloc int[2];
        if (Make(UnixDomain, StreamType | CloseOnExec, 0, ref MemoryMarshal.GetReference(descriptors)) != 0)
        {
            throw new IOException("socketpair failed", new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        return (Stream(descriptors[0]), Stream(descriptors[1]));
    }

    private static NetworkStream Stream(int descriptor) => new(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), ownsSocket: true);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int Make(int domain, int type, int protocol, ref int descriptors);
}
