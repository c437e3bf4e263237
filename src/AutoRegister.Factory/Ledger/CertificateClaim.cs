namespace AutoRegister.Factory.Ledger;

/// <summary>A certificate that is about to be made: all of it but the signature.</summary>
/// <param name="Serial">Its serial number, in upper-case hexadecimal.</param>
/// <param name="ToBeSigned">Its TBSCertificate (RFC 5280 section 4.1), as DER.</param>
internal sealed record CertificateDraft(string Serial, byte[] ToBeSigned, DateTimeOffset NotAfter);

/// <summary>A certificate whose draft is in the ledger and whose signature is not.</summary>
internal sealed record CertificateClaim(string Uuid, string Serial, byte[] ToBeSigned);
