using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Tests.Soak;

/// <summary>What a ledger must hold after its servers were killed.</summary>
internal sealed class Aftermath(LedgerDatabase ledger)
{
    // A server finishes what is older than 30 s, and looks every 30 s.
    private static readonly TimeSpan Finishing = TimeSpan.FromSeconds(90);

    /// <summary>How many claims are open that were made before a moment.</summary>
    public long OpenClaims(DateTimeOffset before) => Read(session => session.Number(
        "SELECT count(*) FROM certificates WHERE state = 'claimed' AND created < $1", before.ToUnixTimeMilliseconds()));

    /// <summary>Waits until the servers have finished what was left; how many claims they have not.</summary>
    public async Task<long> WaitForClaimsAsync()
    {
        DateTimeOffset end = DateTimeOffset.UtcNow + Finishing;
        while (OpenClaims(DateTimeOffset.MaxValue) > 0 && DateTimeOffset.UtcNow < end)
        {
            await Task.Delay(500);
        }

        return OpenClaims(DateTimeOffset.MaxValue);
    }

    /// <summary>What is wrong with the certificates, those that devices have and those they never got.</summary>
    /// <param name="answered">The certificate that each device was answered.</param>
    public IEnumerable<string> Complaints(IReadOnlyDictionary<string, string> answered)
    {
        List<(string Uuid, string Serial, string Pem)> issued = Read(session => session.All(
            "SELECT uuid, serial, certificate FROM certificates WHERE state = 'issued'", row => (Uuid: row.GetString(0), Serial: row.GetString(1), Pem: row.GetString(2))));
        Devices = issued.Count;
        Dictionary<string, string> byUuid = [];
        HashSet<string> serials = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string? uuid, string? serial, string? pem) in issued)
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            if (!byUuid.TryAdd(uuid, pem))
            {
                yield return $"{uuid} has two certificates";
            }

            if (!serials.Add(certificate.SerialNumber))
            {
                yield return $"two certificates have the serial number {serial}";
            }

            if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != uuid)
            {
                yield return $"the certificate of {uuid} is {certificate.Subject}";
            }
        }

        foreach ((string? uuid, string? pem) in answered.Where(device => byUuid.GetValueOrDefault(device.Key) != device.Value))
        {
            yield return $"{uuid} was answered a certificate that the ledger does not have: {pem}";
        }
    }

    /// <summary>How many certificates there were, once <see cref="Complaints"/> was enumerated.</summary>
    public int Devices { get; private set; }

    // Closed at once: a server that starts again must find the ledger as the kill has left it, with nobody's help.
    private T Read<T>(Func<LedgerSession, T> read)
    {
        using var reader = new LedgerReader(ledger);
        return reader.Read(read);
    }
}
