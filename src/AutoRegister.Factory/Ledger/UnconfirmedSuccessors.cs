using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Bounds the certificates that a device was issued and never showed. A device whose answers are lost again and again, or that forgets
/// them, gets as many at once; after that one an hour, and the oldest is retired for it. So it is never locked out, its ledger grows by
/// a row an hour, and there are never more good certificates of it than these and the one in use.
/// </summary>
/// <param name="most">How many there may be.</param>
internal sealed class UnconfirmedSuccessors(int most)
{
    private static readonly TimeSpan Beyond = TimeSpan.FromHours(1);

    /// <summary>Makes room for another one, in the transaction that enters it; a refusal where it is too early for that.</summary>
    public Refusal? MakeRoom(LedgerSession session, string uuid, DateTimeOffset now)
    {
        List<Successor> waiting = session.All(
            """
            SELECT k.sha256, max(c.created) FROM keys k JOIN certificates c ON c.key_sha256 = k.sha256
            WHERE k.uuid = $1 AND k.retired IS NULL AND c.kind = 'renewal' AND c.state <> 'void' AND c.confirmed IS NULL
            GROUP BY k.sha256, k.created ORDER BY k.created
            """,
            row => new Successor(row.GetString(0), row.TimeOrNull(1)!.Value), uuid);
        if (waiting.Count < most)
        {
            return null;
        }

        // Another server's clock may be ahead: nobody waits longer than an hour for it.
        TimeSpan wait = waiting.Max(successor => successor.Issued) + Beyond - now;
        if (wait > TimeSpan.Zero)
        {
            return new Refusal(
                RefusalKind.TooMany, $"{waiting.Count} certificates were issued to the device {uuid} that it never showed: it gets another one an hour after the last",
                wait < Beyond ? wait : Beyond);
        }

        // All that are too many: the number may have been larger once.
        foreach (Successor oldest in waiting.SkipLast(most - 1))
        {
            session.Run("UPDATE keys SET retired = $2 WHERE sha256 = $1", oldest.Key, now.ToUnixTimeMilliseconds());
        }

        return null;
    }

    private sealed record Successor(string Key, DateTimeOffset Issued);
}
