using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FactoryLoad;

/// <summary>A device that asks for a certificate: its key, and the body of its request.</summary>
internal sealed class Device : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Makes a key and signs a request with it.</summary>
    public Device()
    {
        string uuid = Guid.NewGuid().ToString();
        var request = new CertificateRequest($"OU=acme, CN={uuid}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], true));
        Body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["use-ostree-server"] = "true",
            ["sota-config-dir"] = "/var/sota",
            ["hardware-id"] = "intel-corei7-64",
            ["name"] = uuid,
            ["uuid"] = uuid,
            ["csr"] = request.CreateSigningRequestPem(),
            ["overrides"] = new JsonObject { ["pacman"] = new JsonObject { ["type"] = "\"ostree+compose_apps\"", ["tags"] = "\"main\"" } },
        });
    }

    /// <summary>The JSON to send.</summary>
    public byte[] Body { get; }

    /// <summary>The private key, PEM.</summary>
    public string KeyPem => key.ExportPkcs8PrivateKeyPem();

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
