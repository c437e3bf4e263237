namespace AutoRegister.Factory.Ledger;

/// <summary>A checked request for a device's next certificate: what it shows, and which key it asks for.</summary>
/// <param name="Uuid">The device, lower-case, as both the certificate it shows and the request name it.</param>
/// <param name="Address">The IP address it comes from.</param>
/// <param name="Serial">The serial number of the certificate it shows, upper-case hexadecimal.</param>
/// <param name="Certificate">That certificate, as PEM as the ledger keeps it.</param>
/// <param name="PublicKeySha256">SHA-256 of that certificate's key.</param>
/// <param name="NewPublicKeySha256">SHA-256 of the key that is to be certified.</param>
internal sealed record Renewal(string Uuid, string? Address, string Serial, string Certificate, string PublicKeySha256, string NewPublicKeySha256);
