using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Decides on a device's next certificate. An answer may be lost, and the device then asks with another key: several successors may
/// be out, and the certificate in use stays good until the device shows one of them.
/// </summary>
internal sealed class DeviceRenewals(LedgerWriter writer, RefusalAudit refusals, UnconfirmedSuccessors unconfirmed, TimeProvider clock)
{
    /// <summary>How the audit calls a renewal.</summary>
    public const string Action = "renew";

    /// <summary>Enters the draft of the next certificate, or finds the one that this key was given before.</summary>
    /// <param name="draft">Makes the draft. May be called more than once.</param>
    /// <returns>The draft, and the certificate where it is signed already.</returns>
    /// <exception cref="RefusedException">The certificate it shows is not, or no longer, the device's; or its new key is another's.</exception>
    public async Task<(CertificateClaim Claim, string? Certificate)> RenewAsync(Renewal renewal, Func<CertificateDraft> draft)
    {
        ((CertificateClaim Claim, string? Certificate) granted, Refusal? refusal) = await writer.DoAsync(session =>
        {
            DateTimeOffset now = clock.GetUtcNow();
            Refusal? refused = ComplaintAbout(session, renewal);
            if (refused is null)
            {
                // Whoever shows a certificate has it: those before it are done with, and the new key must not be one of theirs.
                DeviceCertificates.Confirm(session, renewal.Uuid, renewal.PublicKeySha256, now);
                refused = ComplaintAboutNewKey(session, renewal);
            }

            (CertificateClaim Claim, string? Certificate)? found = refused is null ? Find(session, renewal) : null;
            refused ??= found is null ? unconfirmed.MakeRoom(session, renewal.Uuid, now) : null;
            if (refused is not null)
            {
                return (default, refused);
            }

            found ??= (Enter(session, renewal, draft(), now), null);
            AuditTrail.Append(session, now, EntryOf(renewal) with { Serial = found.Value.Claim.Serial });
            return (found.Value, (Refusal?)null);
        });
        if (refusal is null)
        {
            return granted;
        }

        await refusals.RecordAsync(EntryOf(renewal) with { Serial = renewal.Serial, Reason = refusal.Reason, Refused = true });
        throw new RefusedException(refusal);
    }

    /// <summary>Writes down a request that was refused before the ledger was asked.</summary>
    /// <param name="serial">The serial number of the certificate it came with, if there was one.</param>
    public Task RefusedAsync(string actor, string? address, string? serial, string reason) =>
        refusals.RecordAsync(new AuditEntry(actor, Action) { Address = address, Serial = serial, Reason = reason, Refused = true });

    private static AuditEntry EntryOf(Renewal renewal) => new($"device {renewal.Uuid}", Action) { Address = renewal.Address, Uuid = renewal.Uuid };

    private static Refusal? ComplaintAbout(LedgerSession session, Renewal renewal)
    {
        ShownCertificate? shown = session.First(
            """
            SELECT d.revoked, d.revoked_reason, k.retired FROM certificates c
            JOIN devices d ON d.uuid = c.uuid JOIN keys k ON k.sha256 = c.key_sha256
            WHERE c.serial = $1 AND c.uuid = $2 AND c.key_sha256 = $3 AND c.certificate = $4
            """,
            row => new ShownCertificate(row.TimeOrNull(0), row.TextOrNull(1), row.TimeOrNull(2)),
            renewal.Serial, renewal.Uuid, renewal.PublicKeySha256, renewal.Certificate);
        return shown switch
        {
            null => Refusal.Forbidden($"The certificate {renewal.Serial} is none that this factory has issued to the device {renewal.Uuid}"),
            { Revoked: { } revoked } => Refusal.Forbidden($"The device {renewal.Uuid} was revoked on {revoked:yyyy-MM-dd}: {shown.Reason}"),
            { Retired: { } retired } => Refusal.Forbidden($"The certificate {renewal.Serial} was replaced by another, which was seen on {retired:yyyy-MM-dd}"),
            _ => null,
        };
    }

    private static Refusal? ComplaintAboutNewKey(LedgerSession session, Renewal renewal)
    {
        if (renewal.NewPublicKeySha256 == renewal.PublicKeySha256)
        {
            return Refusal.Conflict("A renewal needs a new key: this one is that of the certificate it came with");
        }

        KnownKey? key = session.First(
            "SELECT uuid, retired FROM keys WHERE sha256 = $1", row => new KnownKey(row.GetString(0), row.NumberOrNull(1) is not null), renewal.NewPublicKeySha256);
        return key switch
        {
            null => null,
            _ when key.Uuid != renewal.Uuid => Refusal.Conflict($"This key is the device {key.Uuid}'s: each device makes keys of its own"),
            { IsRetired: true } => Refusal.Conflict("This key was the device's before: a renewal needs a new one"),
            _ => null,
        };
    }

    private static (CertificateClaim Claim, string? Certificate)? Find(LedgerSession session, Renewal renewal) => session.First(
        "SELECT serial, to_be_signed, certificate FROM certificates WHERE key_sha256 = $1 AND state <> 'void' ORDER BY created DESC LIMIT 1",
        row => new KnownCertificate(new CertificateClaim(renewal.Uuid, row.GetString(0), row.GetFieldValue<byte[]>(1)), row.TextOrNull(2)),
        renewal.NewPublicKeySha256) is { } known ? (known.Claim, known.Certificate) : null;

    private static CertificateClaim Enter(LedgerSession session, Renewal renewal, CertificateDraft draft, DateTimeOffset now)
    {
        // Later than every key the device had, whatever the clocks of several servers say: Confirm goes by this order.
        session.Run(
            """
            INSERT INTO keys (sha256, uuid, created)
            SELECT $1, $2, CASE WHEN max(created) >= $3 THEN max(created) + 1 ELSE $3 END FROM keys WHERE uuid = $2
            ON CONFLICT (sha256) DO NOTHING
            """,
            renewal.NewPublicKeySha256, renewal.Uuid, now.ToUnixTimeMilliseconds());
        CertificateClaims.Enter(session, renewal.Uuid, renewal.NewPublicKeySha256, "renewal", draft, now);
        return new CertificateClaim(renewal.Uuid, draft.Serial, draft.ToBeSigned);
    }

    private sealed record ShownCertificate(DateTimeOffset? Revoked, string? Reason, DateTimeOffset? Retired);

    private sealed record KnownKey(string Uuid, bool IsRetired);

    private sealed record KnownCertificate(CertificateClaim Claim, string? Certificate);
}
