namespace AutoRegister.Factory.Ledger;

/// <summary>What a person decides about a device that is registered.</summary>
internal static class DeviceCare
{
    /// <summary>Opens a window in which the device may come once with another key; false when there is no such device.</summary>
    public static bool OpenRekey(LedgerSession session, string uuid, DateTimeOffset until, string person, DateTimeOffset now) =>
        Change(session, now, new AuditEntry(person, "open rekey") { Uuid = uuid, Reason = $"until {until:yyyy-MM-dd HH:mm:ss'Z'}" }, session.Run(
            "UPDATE devices SET rekey_until = $2 WHERE uuid = $1 AND revoked IS NULL", uuid, until.ToUnixTimeMilliseconds()));

    /// <summary>Revokes a device, for good: its UUID stays denied. False when there is none, or it is revoked.</summary>
    public static bool Revoke(LedgerSession session, string uuid, string reason, string person, DateTimeOffset now) =>
        Change(session, now, new AuditEntry(person, "revoke") { Uuid = uuid, Reason = reason }, session.Run(
            "UPDATE devices SET revoked = $2, revoked_reason = $3 WHERE uuid = $1 AND revoked IS NULL", uuid, now.ToUnixTimeMilliseconds(), reason));

    private static bool Change(LedgerSession session, DateTimeOffset now, AuditEntry entry, int rows)
    {
        if (rows == 1)
        {
            AuditTrail.Append(session, now, entry);
        }

        return rows == 1;
    }
}
