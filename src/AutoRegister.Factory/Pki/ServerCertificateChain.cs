using System.Security.Cryptography.X509Certificates;

namespace AutoRegister.Factory.Pki;

/// <summary>A TLS server certificate with its key, and the issuers that are sent with it.</summary>
/// <param name="Leaf">The certificate with its key.</param>
/// <param name="Issuers">Its issuers below the root; usually none.</param>
internal sealed record ServerCertificateChain(X509Certificate2 Leaf, X509Certificate2Collection Issuers);
