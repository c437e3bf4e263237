using System.Net.Sockets;
using System.Text;
using AutoRegister.Core.Base;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Where a unit's words go: standard output and standard error, each line with its syslog priority where they lead to the journal
/// (sd-daemon(3)), and the line <c>Status:</c> of <c>systemctl status</c>, which outlives what the journal keeps (sd_notify(3)).
/// </summary>
/// <param name="toJournal">Whether the output leads to the journal.</param>
/// <param name="notifySocket">systemd's socket; nothing or empty where it does not listen.</param>
internal sealed class UnitLog(bool toJournal, string? notifySocket)
{
    /// <summary>What systemd says of itself in the environment (systemd.exec(5)).</summary>
    internal static UnitLog FromEnvironment() => new(
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM")), Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>Writes what was done, to standard output.</summary>
    internal void WriteStep(string text) => Write(Console.Out, 6, text);

    /// <summary>Writes what somebody should look at, to standard error.</summary>
    internal void WriteWarning(string text) => Write(Console.Error, 4, $"warning: {text}");

    /// <summary>Writes what went wrong, to standard error.</summary>
    internal void WriteError(string text) => Write(Console.Error, 3, $"error: {text}");

    /// <summary>Sets the unit's status, where systemd listens.</summary>
    internal void SetStatus(string text)
    {
        if (string.IsNullOrEmpty(notifySocket))
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // A leading @ stands for the abstract name space's zero byte.
            string place = notifySocket[0] == '@' ? $"\0{notifySocket[1..]}" : notifySocket;
            socket.SendTo(Encoding.UTF8.GetBytes($"STATUS={Printable.Line(text)}"), new UnixDomainSocketEndPoint(place));
        }
        catch (SocketException e)
        {
            WriteWarning($"the status of the unit could not be set: {e.Message}");
        }
    }

    // Whoever wrote the text: a line break in it would begin a line of its own, with a priority of its own.
    private void Write(TextWriter writer, int priority, string text) => writer.WriteLine(toJournal ? $"<{priority}>{Printable.Line(text)}" : Printable.Line(text));
}
