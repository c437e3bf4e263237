using System.Data.Common;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Messages to others that a transaction leaves behind: they are sent after it, by whichever server comes first, until
/// the other side has taken them or has said no.
/// </summary>
internal static class Outbox
{
    private const string Columns = "number, topic, uuid, body, created, state, attempts, next_attempt, answer";

    /// <summary>Enters a message, to be sent at once.</summary>
    public static void Enter(LedgerSession session, string topic, string uuid, string body, DateTimeOffset now) => session.Run(
        """
        INSERT INTO outbox (number, topic, uuid, body, created, state, next_attempt)
        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM outbox), $1, $2, $3, $4, 'waiting', $4)
        """,
        topic, uuid, body, now.ToUnixTimeMilliseconds());

    /// <summary>Whether a message of a topic waits whose time has come.</summary>
    public static bool IsDue(LedgerSession session, string topic, DateTimeOffset now) => session.Number(
        "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 'waiting' AND next_attempt <= $1 AND topic = $2 LIMIT 1) AS due", now.ToUnixTimeMilliseconds(), topic) > 0;

    /// <summary>
    /// Takes messages of a topic whose time has come. The attempt is counted before it is made, and nobody else takes them until
    /// <paramref name="until"/>: a server that dies over them leaves them to the others.
    /// </summary>
    public static List<OutboxMessage> Take(LedgerSession session, string topic, long most, DateTimeOffset now, DateTimeOffset until) => session.All(
        $"""
        UPDATE outbox SET attempts = attempts + 1, next_attempt = $3
        WHERE number IN (SELECT number FROM outbox WHERE state = 'waiting' AND next_attempt <= $2 AND topic = $4 ORDER BY next_attempt, number LIMIT $1)
        RETURNING {Columns}
        """,
        Read, most, now.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds(), topic);

    /// <summary>Notes that the other side has taken a message.</summary>
    public static int Sent(LedgerSession session, long number, string answer) =>
        session.Run("UPDATE outbox SET state = 'sent', answer = $2 WHERE number = $1 AND state = 'waiting'", number, answer);

    /// <summary>Notes that the other side has said no: a person must look at it.</summary>
    public static int Refused(LedgerSession session, long number, string answer) =>
        session.Run("UPDATE outbox SET state = 'refused', answer = $2 WHERE number = $1 AND state = 'waiting'", number, answer);

    /// <summary>Puts a message off.</summary>
    public static int PutOff(LedgerSession session, long number, string answer, DateTimeOffset until) => session.Run(
        "UPDATE outbox SET next_attempt = $3, answer = $2 WHERE number = $1 AND state = 'waiting'", number, answer, until.ToUnixTimeMilliseconds());

    /// <summary>Has a refused message, or all of them, sent again, and writes that into the audit; how many there were.</summary>
    public static int Retry(LedgerSession session, long? number, string person, DateTimeOffset now)
    {
        List<(long Number, string Uuid)> again = session.All(
            """
            UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt = $2
            WHERE state = 'refused' AND (CAST($1 AS BIGINT) IS NULL OR number = $1) RETURNING number, uuid
            """,
            row => (Number: row.GetInt64(0), Uuid: row.GetString(1)), number, now.ToUnixTimeMilliseconds());
        foreach ((long Number, string Uuid) message in again)
        {
            AuditTrail.Append(session, now, new AuditEntry(person, "retry outbox") { Uuid = message.Uuid, Reason = $"message {message.Number}" });
        }

        return again.Count;
    }

    /// <summary>The messages in a state, the oldest first; at most so many.</summary>
    public static IReadOnlyList<OutboxMessage> In(LedgerSession session, string state, long most) =>
        session.All($"SELECT {Columns} FROM outbox WHERE state = $1 ORDER BY number LIMIT $2", Read, state, most);

    private static OutboxMessage Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TimeOrNull(4)!.Value, row.GetString(5),
        row.GetInt64(6), row.TimeOrNull(7)!.Value, row.TextOrNull(8));
}
