using System.Security.Cryptography;

namespace AutoRegister.Factory.Ledger;

/// <summary>A certificate of a device that was revoked.</summary>
/// <param name="Serial">Its serial number, upper-case hexadecimal.</param>
/// <param name="Since">When its device was revoked.</param>
internal sealed record RevokedCertificate(string Serial, byte[] Der, DateTimeOffset Since)
{
    /// <summary>All of them, the oldest first.</summary>
    public static IReadOnlyList<RevokedCertificate> All(LedgerSession session) => session.All(
        """
        SELECT c.serial, c.certificate, d.revoked FROM certificates c JOIN devices d ON d.uuid = c.uuid
        WHERE d.revoked IS NOT NULL AND c.state = 'issued' ORDER BY c.created, c.serial
        """,
        row => new RevokedCertificate(row.GetString(0), DerOf(row.GetString(1)), row.TimeOrNull(2)!.Value));

    private static byte[] DerOf(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
}
