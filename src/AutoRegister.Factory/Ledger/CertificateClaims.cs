using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Turns claims into certificates. What will be signed is in the ledger before it is signed, the signature before
/// anybody sees it: a certificate that is out in the world is always in the ledger, and a crash leaves at most a claim,
/// which is finished by the next request, the next start or another server, whoever comes first.
/// </summary>
/// <param name="sign">Makes the certificate, as PEM, of a TBSCertificate; null when this server's device CA is not its issuer.</param>
/// <param name="report">What else is written when a certificate is stored, in the same transaction; null for nothing.</param>
internal sealed class CertificateClaims(
    LedgerWriter writer, LedgerReader reader, TimeProvider clock, Func<byte[], ValueTask<string?>> sign,
    Action<LedgerSession, CertificateClaim, string, DateTimeOffset>? report = null)
{
    // A claim of that age is nobody's work in progress.
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(30);

    /// <summary>Enters a claim, in the transaction that decides it.</summary>
    /// <param name="kind"><c>registration</c>, <c>rekey</c> or <c>renewal</c>.</param>
    public static void Enter(LedgerSession session, string uuid, string publicKeySha256, string kind, CertificateDraft draft, DateTimeOffset now) => session.Run(
        """
        INSERT INTO certificates (serial, uuid, key_sha256, kind, state, to_be_signed, not_after, created)
        VALUES ($1, $2, $3, $4, 'claimed', $5, $6, $7)
        """,
        draft.Serial, uuid, publicKeySha256, kind, draft.ToBeSigned, draft.NotAfter.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());

    /// <summary>Signs a claim outside of any transaction, and returns the certificate that the ledger has then.</summary>
    /// <exception cref="RefusedException">The claim was void: its device CA is no longer ours.</exception>
    public async Task<string> FinishAsync(CertificateClaim claim)
    {
        string? made = await sign(claim.ToBeSigned);
        string? stored = await writer.DoAsync(session => Store(session, claim, made));
        return stored ?? throw new RefusedException(
            new Refusal(RefusalKind.Unavailable, "The device CA was changed while the certificate was made: send the request again", TimeSpan.FromSeconds(1)));
    }

    /// <summary>Finishes what other runs, or other servers that died, have left.</summary>
    /// <returns>How many claims were finished or made void.</returns>
    public async Task<int> FinishAbandonedAsync(CancellationToken cancellation)
    {
        long before = (clock.GetUtcNow() - Abandoned).ToUnixTimeMilliseconds();
        return await FinishAllAsync(before, cancellation);
    }

    /// <summary>Finishes every claim there is: before a server listens, none of them is its own.</summary>
    public Task<int> FinishAllAsync(CancellationToken cancellation) => FinishAllAsync(long.MaxValue, cancellation);

    private async Task<int> FinishAllAsync(long createdBefore, CancellationToken cancellation)
    {
        List<CertificateClaim> open = reader.Read(session => session.All(
            "SELECT uuid, serial, to_be_signed FROM certificates WHERE state = 'claimed' AND created < $1",
            row => new CertificateClaim(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)),
            createdBefore));
        foreach (CertificateClaim? claim in open)
        {
            cancellation.ThrowIfCancellationRequested();
            string? made = await sign(claim.ToBeSigned);
            await writer.DoAsync(session => Store(session, claim, made) ?? "");
        }

        return open.Count;
    }

    // The condition on the state decides between two that sign the same claim: both hand out the one that came first.
    private string? Store(LedgerSession session, CertificateClaim claim, string? certificate)
    {
        if (certificate is null)
        {
            session.Run("UPDATE certificates SET state = 'void' WHERE serial = $1 AND state = 'claimed'", claim.Serial);
        }
        else if (session.Run("UPDATE certificates SET state = 'issued', certificate = $2 WHERE serial = $1 AND state = 'claimed'", claim.Serial, certificate) == 1)
        {
            report?.Invoke(session, claim, certificate, clock.GetUtcNow());
            return certificate;
        }

        return session.First("SELECT certificate FROM certificates WHERE serial = $1 AND state = 'issued'", row => row.GetString(0), claim.Serial);
    }
}
