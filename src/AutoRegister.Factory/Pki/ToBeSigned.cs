namespace AutoRegister.Factory.Pki;

/// <summary>A certificate that is decided and not signed yet: what the ledger keeps before anything is signed.</summary>
/// <param name="Der">The TBSCertificate (RFC 5280, section 4.1), exactly as it will be signed.</param>
/// <param name="Serial">Its serial number, upper-case hex.</param>
/// <param name="NotBefore">The first second in which it will be valid.</param>
internal sealed record ToBeSigned(ReadOnlyMemory<byte> Der, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
