namespace AutoRegister.Factory.Pki;

/// <summary>
/// The keys and certificates a factory works with, wherever they come from: <see cref="DevelopmentPki"/> makes them,
/// <see cref="ProductionPki"/> reads what the root's owner made.
/// </summary>
internal sealed class FactoryPki : IDisposable
{
    /// <summary>The roots.</summary>
    public required RootCertificates Roots { get; init; }

    /// <summary>The CA that signs devices.</summary>
    public required DeviceCa DeviceCa { get; init; }

    /// <summary>All CAs whose device certificates count: <see cref="DeviceCa"/> first, then those that signed before it or elsewhere.</summary>
    public required IReadOnlyList<DeviceCa> TrustedCas { get; init; }

    /// <summary>The key of <see cref="DeviceCa"/>.</summary>
    public required IDeviceCaKey DeviceCaKey { get; init; }

    /// <summary>The server's own TLS certificate.</summary>
    public required ServerCertificate Server { get; init; }

    /// <summary>The names of the device gateway, from its certificate; none where the factory is its own gateway.</summary>
    public IReadOnlyList<string> GatewayNames { get; init; } = [];

    /// <summary>Finds the trusted CA that issued a certificate, its signature checked; <see langword="null"/> where none did.</summary>
    public DeviceCa? FindIssuer(CertificateFacts certificate) => TrustedCas.FirstOrDefault(ca => ca.Issued(certificate));

    /// <inheritdoc/>
    public void Dispose()
    {
        DeviceCaKey.Dispose();
        Server.Dispose();
        Roots.Dispose();
        foreach (DeviceCa ca in TrustedCas)
        {
            ca.Dispose();
        }
    }
}
