using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A device with a software key that asks for what LmP devices ask for, unless a test makes it ask for more.</summary>
public sealed class TestDevice : IDisposable
{
    /// <summary>keyUsage digitalSignature and extendedKeyUsage clientAuth, both critical.</summary>
    public static IReadOnlyList<X509Extension> UsualExtensions { get; } =
    [
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true),
        new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], true),
    ];

    /// <summary>The device's UUID.</summary>
    public string Uuid { get; init; } = Guid.NewGuid().ToString();

    /// <summary>The device's key.</summary>
    public ECDsa Key { get; init; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>CN and OU, as every device has them.</summary>
    public (string Oid, string Value)[] Subject => [("2.5.4.3", Uuid), ("2.5.4.11", FactoryProcess.FactoryName)];

    /// <summary>A CSR as PEM.</summary>
    public string Csr(params (string Oid, string Value)[] more) => CsrFor([.. Subject, .. more]);

    /// <summary>A CSR for any subject and any extensions.</summary>
    public string CsrFor(IEnumerable<(string Oid, string Value)> subject, IEnumerable<X509Extension>? extensions = null)
    {
        var request = new CertificateRequest(DistinguishedName.Encode(subject), Key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in extensions ?? UsualExtensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return request.CreateSigningRequestPem();
    }

    /// <summary>The body of the registration request, as upstream's client sends it.</summary>
    public JsonObject Body(string? csr = null) => new()
    {
        ["use-ostree-server"] = "true",
        ["sota-config-dir"] = "/var/sota",
        ["hardware-id"] = "intel-corei7-64",
        ["name"] = Uuid,
        ["uuid"] = Uuid,
        ["csr"] = csr ?? Csr(),
        ["overrides"] = new JsonObject
        {
            ["pacman"] = new JsonObject
            {
                ["type"] = "\"ostree+compose_apps\"",
                ["compose_apps_root"] = "\"/var/sota/compose-apps\"",
                ["reset_apps_root"] = "\"/var/sota/reset-apps\"",
                ["reset_apps"] = "\" \"",
                ["tags"] = "\"main\"",
            },
        },
    };

    /// <summary>A certificate from an answer, with this device's key.</summary>
    public X509Certificate2 WithKey(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.CopyWithPrivateKey(Key);
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
