using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Reports;

/// <summary>
/// Sends what waits in the outbox for one receiver. It is behind the registrations and never in front of one: a device
/// has its answer whatever becomes of its report.
/// </summary>
internal sealed class ReportSender(ReportReceiver receiver, LedgerReader reader, LedgerWriter writer, TimeProvider clock)
{
    private const int AtOnce = 4;
    private const int Batch = 16;

    // Longer than all of a batch can take: 16 messages, 4 at once, 20 seconds each.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private DateTimeOffset pausedUntil;

    /// <summary>Sends all that is due, in batches; ends where nothing is, or where the other side wants to be left alone.</summary>
    public async Task SendDueAsync(CancellationToken cancellation)
    {
        while (clock.GetUtcNow() is var now && now >= pausedUntil && reader.Read(session => Outbox.IsDue(session, receiver.Kind.Topic, now)))
        {
            List<OutboxMessage> batch = await writer.DoAsync(session => Outbox.Take(session, receiver.Kind.Topic, Batch, now, now + Lease));
            // Not ended in the middle: what was sent must be noted. The client has its own time limit.
            await Parallel.ForEachAsync(
                batch, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (message, _) => await SendAsync(message));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>How long a message waits after so many attempts: twice as long each time, up to an hour.</summary>
    public static TimeSpan DelayAfter(long attempts)
    {
        TimeSpan doubled = Shortest * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20));
        return doubled < Longest ? doubled : Longest;
    }

    private async Task SendAsync(OutboxMessage message)
    {
        ReportAnswer answer = clock.GetUtcNow() < pausedUntil
            ? new ReportAnswer(ReportOutcome.AllLater, message.Answer ?? "not sent yet", pausedUntil - clock.GetUtcNow())
            : await AskAsync(message);
        DateTimeOffset until = clock.GetUtcNow() + Delay(answer, message.Attempts);
        if (answer.Outcome == ReportOutcome.AllLater && until > pausedUntil)
        {
            pausedUntil = until;
        }

        await writer.DoAsync(session => answer.Outcome switch
        {
            ReportOutcome.Sent => Outbox.Sent(session, message.Number, answer.Text),
            ReportOutcome.Refused => Refuse(session, message, answer),
            _ => Outbox.PutOff(session, message.Number, answer.Text, until),
        });
    }

    private async Task<ReportAnswer> AskAsync(OutboxMessage message)
    {
        try
        {
            return await receiver.SendAsync(message, CancellationToken.None);
        }
        catch (ExitException e)
        {
            return new ReportAnswer(ReportOutcome.AllLater, e.Message);
        }
    }

    private static TimeSpan Delay(ReportAnswer answer, long attempts)
    {
        TimeSpan wait = answer.RetryAfter ?? DelayAfter(attempts);
        return wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1);
    }

    private int Refuse(LedgerSession session, OutboxMessage message, ReportAnswer answer)
    {
        string text = message.Attempts > 1
            ? $"{answer.Text} (an attempt before this one ended without an answer, or with another: the device may be there by it)"
            : answer.Text;
        AuditTrail.Append(session, clock.GetUtcNow(), new AuditEntry(receiver.Kind.Receiver, receiver.Kind.Action)
        {
            Uuid = message.Uuid, Reason = text, Refused = true,
        });
        return Outbox.Refused(session, message.Number, text);
    }
}
