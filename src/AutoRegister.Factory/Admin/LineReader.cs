using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Admin;

/// <summary>Reads what the screen shows. Any number of screens costs one reading a second.</summary>
/// <param name="problem">Why no device can be registered now; null when one can.</param>
/// <param name="warnings">What a person must see to before it becomes a problem.</param>
internal sealed class LineReader(
    LedgerReader reader, TimeProvider clock, Func<CancellationToken, Task<string?>> problem, Func<IReadOnlyList<string>> warnings) : IDisposable
{
    /// <summary>How long before its end a certificate is shown.</summary>
    public static readonly TimeSpan EndsSoon = TimeSpan.FromDays(90);

    private const long Shown = 20;

    // The audit is in the order of time and has no index by it: so far back is looked, which is two minutes of a fast line.
    private const long Recent = 40_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim one = new(1);
    private LineView? last;

    /// <summary>The view of now, or of less than a second ago.</summary>
    public async Task<LineView> ReadAsync(CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (last is null || now - last.Now > Fresh)
            {
                string? why = await problem(cancellation);
                last = reader.Read(session => Read(session, now, why)) with { Warnings = warnings() };
            }

            return last;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Forgets what was read: something was changed.</summary>
    public void Forget() => last = null;

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private static LineView Read(LedgerSession session, DateTimeOffset now, string? problem)
    {
        long from = AuditTrail.LastOf(session).Number - Recent;
        return new LineView
        {
            Now = now,
            Problem = problem,
            Devices = session.Number("SELECT count(*) FROM devices"),
            LastMinute = session.Number(
                "SELECT count(*) FROM audit WHERE number > $1 AND time > $2 AND action = 'register' AND outcome = 'done'",
                from, (now - TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds()),
            Newest = session.All(
                """
                SELECT d.uuid, d.name, d.device_group, d.production, a.actor, a.time FROM audit a JOIN devices d ON d.uuid = a.uuid
                WHERE a.number > $1 AND a.action IN ('register', 'rekey') AND a.outcome = 'done' ORDER BY a.number DESC LIMIT $2
                """,
                row => new NewDevice(row.GetString(0), row.GetString(1), row.TextOrNull(2), row.GetBoolean(3), row.GetString(4), row.TimeOrNull(5)!.Value),
                from, Shown),
            Refusals = AuditTrail.Refusals(session, from, Shown),
            Pending = PendingDevices.Waiting(session),
            NotReported = Outbox.In(session, "refused", Shown),
            Waiting = session.Number("SELECT count(*) FROM outbox WHERE state = 'waiting'"),
            Ending = Ending(session, now),
        };
    }

    private static List<EndingCertificate> Ending(LedgerSession session, DateTimeOffset now) => session.All(
        """
        SELECT d.uuid, d.name, c.not_after FROM certificates c JOIN devices d ON d.uuid = c.uuid
        WHERE c.state = 'issued' AND c.not_after < $1 AND d.revoked IS NULL
            AND NOT EXISTS (SELECT 1 FROM certificates l WHERE l.uuid = c.uuid AND l.state = 'issued' AND l.not_after > c.not_after)
        ORDER BY c.not_after, d.uuid LIMIT $2
        """,
        row => new EndingCertificate(row.GetString(0), row.GetString(1), row.TimeOrNull(2)!.Value),
        (now + EndsSoon).ToUnixTimeMilliseconds(), Shown);
}
