using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using FaultServer;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>A registration API that answers as the ref server does: the same certificate again for the same UUID.</summary>
internal sealed class TestOrigin : IOrigin, IDisposable
{
    private readonly ECDsa caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 ca;
    private readonly ConcurrentDictionary<string, string> devices = new();
    private readonly ConcurrentDictionary<string, string> names = new();

    internal TestOrigin()
    {
        var request = new CertificateRequest("CN=device-ca, OU=acme", caKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>UUIDs of all registered devices.</summary>
    internal ICollection<string> Devices => devices.Keys;

    /// <summary>Whether a UUID that is registered already is refused, as by servers that are not idempotent.</summary>
    internal bool RefusesKnown { get; init; }

    /// <summary>Whether a name that is registered already is refused too, as by a factory in which names are unique.</summary>
    internal bool RefusesKnownNames { get; init; }

    /// <summary>Deletes a device, as a person does in the factory.</summary>
    internal void Delete(string uuid) => Assert.True(devices.TryRemove(uuid, out _) && names.TryRemove(uuid, out _));

    public Task<HttpReply> AnswerAsync(HttpCall received, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(received.Body);
        string uuid = document.RootElement.GetProperty("uuid").GetString()!;
        string name = document.RootElement.GetProperty("name").GetString()!;
        if (RefusesKnownNames && names.Any(known => known.Value == name && known.Key != uuid))
        {
            return Task.FromResult(HttpReply.Text(409, "{\"error\": \"A device with this name exists\"}"));
        }

        if (RefusesKnown && devices.ContainsKey(uuid))
        {
            return Task.FromResult(HttpReply.Text(409, "{\"error\": \"A device with this uuid exists\"}"));
        }

        names[uuid] = name;
        string certificate = devices.GetOrAdd(uuid, _ => Issue(document.RootElement.GetProperty("csr").GetString()!));
        var files = new Dictionary<string, string>
        {
            ["root.crt"] = ca.ExportCertificatePem() + "\n",
            ["client.pem"] = certificate,
            ["sota.toml"] = "[tls]\nserver = \"https://gateway.example:8443\"\n",
        };
        return Task.FromResult(new HttpReply(201, JsonSerializer.SerializeToUtf8Bytes(files)));
    }

    public void Dispose()
    {
        ca.Dispose();
        caKey.Dispose();
    }

    private string Issue(string csr)
    {
        var request = CertificateRequest.LoadSigningRequestPem(csr, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        using X509Certificate2 issued = request.Create(ca, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(8));
        return issued.ExportCertificatePem() + "\n";
    }
}
