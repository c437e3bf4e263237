using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// The audit: one row a decision, written in the transaction of what was decided. Each row's hash goes over the row and
/// the hash of the one before, so that none can be changed or taken out without all that follow.
/// </summary>
internal static class AuditTrail
{
    private const string Columns = "number, time, actor, address, action, outcome, uuid, serial, reason, hash";

    private static readonly AuditHead Beginning = new(0, new string('0', 64));

    /// <summary>Writes a row.</summary>
    public static void Append(LedgerSession session, DateTimeOffset now, AuditEntry entry)
    {
        AuditHead head = session.AuditHead ?? LastOf(session);
        var row = new AuditRow(
            head.Number + 1, now.ToUnixTimeMilliseconds(), entry.Actor, entry.Address, entry.Action,
            entry.Refused ? AuditRow.IsRefused : AuditRow.IsDone, entry.Uuid, entry.Serial, entry.Reason, "");
        row = row with { Hash = HashOf(row, head.Hash) };
        session.Run(
            $"INSERT INTO audit ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            row.Number, row.Time, row.Actor, row.Address, row.Action, row.Outcome, row.Uuid, row.Serial, row.Reason, row.Hash);
        session.AuditHead = new AuditHead(row.Number, row.Hash);
    }

    /// <summary>The last row, or where the first one begins.</summary>
    public static AuditHead LastOf(LedgerSession session) =>
        session.First("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", row => new AuditHead(row.GetInt64(0), row.GetString(1))) ?? Beginning;

    /// <summary>Rows after a number, in their order; at most so many.</summary>
    public static IReadOnlyList<AuditRow> Read(LedgerSession session, long after, long most) => session.All(
        $"SELECT {Columns} FROM audit WHERE number > $1 ORDER BY number LIMIT $2", ReadRow, after, most);

    /// <summary>Refusals after a number, the newest first; at most so many.</summary>
    public static IReadOnlyList<AuditRow> Refusals(LedgerSession session, long after, long most) => session.All(
        $"SELECT {Columns} FROM audit WHERE number > $1 AND outcome = 'refused' ORDER BY number DESC LIMIT $2", ReadRow, after, most);

    /// <summary>Follows the chain from its beginning; null when it holds, else what is wrong with which row.</summary>
    public static string? Verify(LedgerSession session)
    {
        const int Page = 1000;
        AuditHead head = Beginning;
        IReadOnlyList<AuditRow> rows;
        do
        {
            rows = Read(session, head.Number, Page);
            foreach (AuditRow row in rows)
            {
                if (row.Number != head.Number + 1)
                {
                    return $"row {head.Number + 1} is missing: row {row.Number} follows row {head.Number}";
                }

                if (row.Hash != HashOf(row, head.Hash))
                {
                    return $"row {row.Number} was changed, or a row before it was replaced: its hash does not fit";
                }

                head = new AuditHead(row.Number, row.Hash);
            }
        }
        while (rows.Count == Page);
        return null;
    }

    private static AuditRow ReadRow(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.TextOrNull(3), row.GetString(4),
        row.GetString(5), row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8), row.GetString(9));

    // JSON, as that says where a text ends: two rows of different contents never give the same bytes.
    private static string HashOf(AuditRow row, string previous) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes<object?[]>(
            [previous, row.Number, row.Time, row.Actor, row.Address, row.Action, row.Outcome, row.Uuid, row.Serial, row.Reason])));
}
