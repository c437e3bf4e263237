namespace AutoRegister.Factory.Pki;

/// <summary>When the factory's own certificates end, and which of them a person must renew soon.</summary>
internal sealed class CertificateWatch(FactoryPki pki, TimeProvider clock)
{
    // No device's certificate outlives the CA's or the root's: long before their end, devices get short ones.
    private static readonly TimeSpan AuthorityNotice = TimeSpan.FromDays(365);

    // A certificate authority for TLS gives notice so; its owner may be on holiday.
    private static readonly TimeSpan TlsNotice = TimeSpan.FromDays(30);

    /// <summary>What ends when. The TLS certificate's is that of the one in use now.</summary>
    public IReadOnlyList<EndOfCertificate> Ends =>
    [
        new("device CA", pki.DeviceCa.Facts.NotAfter, AuthorityNotice),
        new("root", pki.Roots.All.Max(root => root.NotAfter), AuthorityNotice),
        new("TLS", new DateTimeOffset(pki.Server.Current.Leaf.NotAfter), TlsNotice),
    ];

    /// <summary>One sentence for each that ends soon, or has ended; usually none.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            DateTimeOffset now = clock.GetUtcNow();
            return [.. Ends.Where(end => end.NotAfter - now < end.Notice).Select(end =>
                $"the {end.Of} certificate {(end.NotAfter < now ? "has ended" : "ends")} on {end.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss'Z'}: {RemedyOf(end.Of)}")];
        }
    }

    private static string RemedyOf(string of) => of == "TLS"
        ? "have the root's owner sign the CSR of 'lmp-factory tls csr' again"
        : "new devices' certificates end with it; have its successor made, and trust both for a while";
}

/// <summary>The end of one of the factory's certificates.</summary>
/// <param name="Of">Whose it is.</param>
/// <param name="Notice">How long before it a person must hear of it.</param>
internal sealed record EndOfCertificate(string Of, DateTimeOffset NotAfter, TimeSpan Notice);
