namespace AutoRegister.Factory.Pki;

/// <summary>Signs the one certificate of a device whose ledger knows no second one, under a serial number that is the UUID's own digits.</summary>
internal sealed class DeviceCertificateIssuer(FactoryPki pki, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7300);

    private readonly CertificateIssuer issuer = new(pki.DeviceCa, pki.DeviceCaKey);

    /// <summary>
    /// The serial number of a device's one certificate, in hex: the UUID's own digits. A UUID never gets a second
    /// certificate, so no serial number is given twice.
    /// </summary>
    public static string SerialOf(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Makes the certificate for a checked CSR, as PEM. A key in a file signs at once, on this thread.</summary>
    public string Issue(SigningRequest request)
    {
        var toBeSigned = issuer.Template.Fill(
            DistinguishedName.OfDevice(request.Uuid, request.Factory, request.Production),
            request.PublicKey,
            Convert.FromHexString(SerialOf(request.Uuid)),
            Lifetime,
            clock.GetUtcNow());
        return issuer.SignAsync(toBeSigned.Der).AsTask().GetAwaiter().GetResult().Pem;
    }
}
