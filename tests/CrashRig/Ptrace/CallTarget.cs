using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CrashRig.Ptrace;

/// <summary>Finds out what a system call touches: reads the tracee's memory and the links in /proc (proc(5)).</summary>
internal static class CallTarget
{
    private const int CurrentDirectory = -100;
    private const long OpenCreate = 0x40;
    private const int InternetFamily = 2;
    private const int Internet6Family = 10;

    /// <summary>What the call touches.</summary>
    /// <returns>A path, <c>socket:…</c>, or <see langword="null"/> when the call does not count.</returns>
    internal static string? Of(SystemCall call, CallEntry entry)
    {
        long[] a = entry.Arguments;
        return call.Kind switch
        {
            CallKind.Descriptor or CallKind.Write or CallKind.Send => Descriptor(entry.ThreadId, (int)a[0]),
            CallKind.Connect => IsInternet(entry.ThreadId, a[1]) ? Descriptor(entry.ThreadId, (int)a[0]) : null,
            CallKind.Path => At(entry.ThreadId, CurrentDirectory, a[0]),
            CallKind.PathAt => At(entry.ThreadId, (int)a[0], a[1]),
            CallKind.TwoPaths => At(entry.ThreadId, CurrentDirectory, a[1]),
            CallKind.TwoPathsAt => At(entry.ThreadId, (int)a[2], a[3]),
            CallKind.Open => (a[1] & OpenCreate) != 0 ? At(entry.ThreadId, CurrentDirectory, a[0]) : null,
            CallKind.OpenAt => (a[2] & OpenCreate) != 0 ? At(entry.ThreadId, (int)a[0], a[1]) : null,
            _ => null,
        };
    }

    private static string? Descriptor(int threadId, int descriptor)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{threadId}/fd/{descriptor}", returnFinalTarget: false) is FileSystemInfo link
                ? Name(link.FullName, threadId)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // .NET makes a full path of "socket:[123]" by putting the link's directory in front.
    private static string Name(string path, int threadId)
    {
        string prefix = $"/proc/{threadId}/fd/";
        return path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path;
    }

    private static string? At(int threadId, int directory, long address)
    {
        string path = Text(threadId, address);

        // /proc/self is another one for whoever looks: a path that begins at a descriptor of the tracee.
        const string Own = "/proc/self/fd/";
        if (path.StartsWith(Own, StringComparison.Ordinal) && path.IndexOf('/', Own.Length) is > 0 and int end)
        {
            string? begin = Descriptor(threadId, int.Parse(path[Own.Length..end], CultureInfo.InvariantCulture));
            return begin is null ? null : begin + path[end..];
        }

        if (path.StartsWith('/'))
        {
            return path;
        }

        string link = directory == CurrentDirectory ? $"/proc/{threadId}/cwd" : $"/proc/{threadId}/fd/{directory}";
        string? parent = File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        return parent is null ? null : Path.Join(parent, path);
    }

    private static bool IsInternet(int threadId, long address) =>
        BinaryPrimitives.ReadUInt16LittleEndian(Memory(threadId, address, 2)) is InternetFamily or Internet6Family;

    private static string Text(int threadId, long address)
    {
        byte[] bytes = Memory(threadId, address, 4096);
        int end = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }

    private static byte[] Memory(int threadId, long address, int most)
    {
        using SafeFileHandle memory = File.OpenHandle($"/proc/{threadId}/mem");
        byte[] bytes = new byte[most];
        int length = 0;
        try
        {
            // Byte by byte pages: the next page may not be mapped.
            while (length < most)
            {
                int inPage = (int)Math.Min(most - length, 4096 - ((address + length) & 4095));
                int read = RandomAccess.Read(memory, bytes.AsSpan(length, inPage), address + length);
                if (read <= 0 || bytes.AsSpan(length, read).Contains((byte)0))
                {
                    break;
                }

                length += read;
            }
        }
        catch (IOException)
        {
            // The end of the mapping: what was read is what there is.
        }

        return bytes;
    }
}
