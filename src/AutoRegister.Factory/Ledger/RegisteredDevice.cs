namespace AutoRegister.Factory.Ledger;

/// <summary>A device as the ledger has it.</summary>
/// <param name="Certificate">The certificate, as PEM, when it is there already: this is a request that was sent before.</param>
/// <param name="SotaToml">The configuration it was and will be answered.</param>
internal sealed record RegisteredDevice(CertificateClaim Claim, string? Certificate, string SotaToml);
