using System.Formats.Asn1;
using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>Reads a whole ledger of SQLite and compares everything in it with everything else.</summary>
internal sealed class LedgerCheck
{
    private const int MostWrong = 10;

    private readonly List<string> wrong = [];
    private readonly FactoryPki? pki;

    private LedgerCheck(FactoryPki? pki) => this.pki = pki;

    /// <summary>How much of what is in it.</summary>
    public List<(string What, long Number)> Counts { get; } = [];

    /// <summary>The first things that are wrong.</summary>
    public IReadOnlyList<string> Wrong => wrong;

    /// <summary>Checks a file, which is not changed.</summary>
    /// <param name="pki">Whose certificates must be in it; null where only the ledger itself is looked at.</param>
    /// <exception cref="ExitException">There is no such file, or it is no ledger of ours.</exception>
    public static LedgerCheck Of(string path, FactoryPki? pki)
    {
        var check = new LedgerCheck(pki);
        try
        {
            using var session = LedgerSession.Open(new SqliteLedger(path), readOnly: true);
            check.Look(session);
        }
        catch (SqliteException e)
        {
            throw new ExitException(ExitCode.Found, $"{path} is no ledger that can be read: {e.Message}");
        }

        return check;
    }

    private void Look(LedgerSession session)
    {
        // Once, for all the statements: a server may go on writing.
        session.Run("BEGIN");
        foreach (string? complaint in session.All($"PRAGMA integrity_check({MostWrong})", row => row.GetString(0)).Where(said => said != "ok"))
        {
            Complain($"SQLite: {complaint}");
        }

        foreach ((string? table, string? other) in session.All("PRAGMA foreign_key_check", row => (row.GetString(0), row.GetString(2))))
        {
            Complain($"a row of {table} names one of {other} that is not there");
        }

        if (wrong.Count > 0)
        {
            // Reading on would only repeat it.
            return;
        }

        Count(session);
        if (AuditTrail.Verify(session) is { } broken)
        {
            Complain($"the audit does not hold: {broken}");
        }

        LookAtDevices(session);
        LookAtCertificates(session);
        session.Run("COMMIT");
    }

    private void Count(LedgerSession session)
    {
        foreach ((string? what, string? sql) in new[]
        {
            ("devices", "SELECT count(*) FROM devices"),
            ("of them revoked", "SELECT count(*) FROM devices WHERE revoked IS NOT NULL"),
            ("keys", "SELECT count(*) FROM keys"),
            ("certificates", "SELECT count(*) FROM certificates WHERE state = 'issued'"),
            ("open claims, which the next start finishes", "SELECT count(*) FROM certificates WHERE state = 'claimed'"),
            ("void claims", "SELECT count(*) FROM certificates WHERE state = 'void'"),
            ("stations", "SELECT count(*) FROM stations"),
            ("rows of the audit", "SELECT count(*) FROM audit"),
            ("messages that wait to be sent", "SELECT count(*) FROM outbox WHERE state = 'waiting'"),
        })
        {
            Counts.Add((what, session.Number(sql)));
        }
    }

    // What the tables themselves forbid is looked for all the same: a file may have been made by other means.
    private void LookAtDevices(LedgerSession session)
    {
        Complain(session, "SELECT uuid FROM devices GROUP BY lower(uuid) HAVING count(*) > 1", "the device {0} is there more than once");
        Complain(session, "SELECT uuid FROM devices WHERE uuid <> lower(uuid)", "the device {0} is not in lower case");
        Complain(session, "SELECT min(name) FROM devices GROUP BY name_folded HAVING count(*) > 1", "several devices have the name {0}");
        Complain(
            session, "SELECT uuid FROM devices d WHERE NOT EXISTS (SELECT 1 FROM certificates c WHERE c.uuid = d.uuid AND c.state <> 'void')",
            "the device {0} has no certificate and no claim for one");
        Complain(session, "SELECT serial FROM certificates GROUP BY upper(serial) HAVING count(*) > 1", "the serial number {0} is there more than once");
        Complain(
            session, "SELECT c.serial FROM certificates c JOIN keys k ON k.sha256 = c.key_sha256 WHERE k.uuid <> c.uuid",
            "the certificate {0} is one device's, and its key another's");
    }

    private void LookAtCertificates(LedgerSession session)
    {
        List<string> rows = session.All(
            "SELECT serial FROM certificates WHERE state <> 'void' ORDER BY serial", row => row.GetString(0));
        foreach (string serial in rows)
        {
            // One after the other: a ledger may be larger than memory.
            Stored stored = session.First(
                "SELECT serial, uuid, key_sha256, to_be_signed, certificate FROM certificates WHERE serial = $1",
                row => new Stored(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.TextOrNull(4)), serial)!;
            if (ComplaintOf(stored) is { } complaint && !Complain($"the {(stored.Pem is null ? "claim" : "certificate")} {serial} of {stored.Uuid} {complaint}"))
            {
                return;
            }
        }
    }

    private string? ComplaintOf(Stored stored)
    {
        if (stored.Pem is null)
        {
            return stored.ToBeSigned is [0x30, ..] ? null : "has no TBSCertificate, and can't be finished";
        }

        CertificateFacts facts;
        try
        {
            facts = CertificateFacts.Read(Der(stored.Pem));
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException or FormatException)
        {
            return $"can't be read: {e.Message}";
        }

        return facts switch
        {
            _ when !facts.ToBeSigned.Span.SequenceEqual(stored.ToBeSigned) => "is not what was to be signed",
            _ when !string.Equals(facts.Serial, stored.Serial, StringComparison.OrdinalIgnoreCase) => $"has the serial number {facts.Serial} in itself",
            _ when !string.Equals(DistinguishedName.Find(facts.Subject, DistinguishedName.CommonName), stored.Uuid, StringComparison.OrdinalIgnoreCase) =>
                "names another device",
            _ when facts.PublicKey.Sha256 != stored.KeySha256 => "is for another key",
            _ when pki is not null && pki.FindIssuer(facts) is null => "was signed by none of the configured device CAs",
            _ => null,
        };
    }

    private static byte[] Der(string pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }

    private void Complain(LedgerSession session, string sql, string format)
    {
        foreach (string? found in session.All($"{sql} LIMIT {MostWrong}", row => row.GetString(0)))
        {
            Complain(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, found));
        }
    }

    private bool Complain(string what)
    {
        if (wrong.Count < MostWrong)
        {
            wrong.Add(what);
        }

        return wrong.Count < MostWrong;
    }

    private sealed record Stored(string Serial, string Uuid, string KeySha256, byte[] ToBeSigned, string? Pem);
}
