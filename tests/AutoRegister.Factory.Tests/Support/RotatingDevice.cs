using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>
/// A device that rotates its certificate byte for byte as fioconfig does: PKCS#10 in one line of base64 with the subject of its current
/// certificate and both usages critical; 200 or 201; plain base64 of a PKCS#7 whose first certificate is its own; that compared.
/// </summary>
internal sealed class RotatingDevice : IDisposable
{
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private static readonly byte[] DigitalSignature = [0x03, 0x02, 0x07, 0x80];
    private static readonly byte[] ClientAuthentication = [0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

    /// <summary>Begins with a certificate and its key.</summary>
    public RotatingDevice(X509Certificate2 certificate) => Current = certificate;

    /// <summary>The certificate in use, with its key.</summary>
    public X509Certificate2 Current { get; private set; }

    /// <summary>A device that a station has just registered.</summary>
    public static async Task<RotatingDevice> RegisterAsync(ServeProcess server, TestDevice device)
    {
        using HttpClient client = server.Client();
        using HttpResponseMessage answer = await server.RegisterAsync(client, device);
        return new RotatingDevice(device.WithKey(await answer.JsonAsync("client.pem")));
    }

    /// <summary>The body of a request.</summary>
    public static string Request(X500DistinguishedName subject, ECDsa key, byte[]? keyUsage = null)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(KeyUsage, keyUsage ?? DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509Extension(ExtendedKeyUsage, ClientAuthentication, critical: true));
        return Convert.ToBase64String(request.CreateSigningRequest());
    }

    /// <summary>Sends a request with the current certificate.</summary>
    public async Task<HttpResponseMessage> SendAsync(ServeProcess server, string body, string path = "simplereenroll")
    {
        using HttpClient client = server.Client(Current);
        return await PostAsync(client, server, body, path);
    }

    /// <summary>Sends a request.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, ServeProcess server, string body, string path, string? token = null)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/pkcs10");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{server.Est}/{path}")) { Content = content };
        if (token is not null)
        {
            request.Headers.Add("OSF-TOKEN", token);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Asks for a certificate for a key; what fioconfig would take from the answer.</summary>
    public async Task<X509Certificate2> AskAsync(ServeProcess server, ECDsa key)
    {
        using HttpResponseMessage answer = await SendAsync(server, Request(Current.SubjectName, key));
        string text = await answer.TextAsync();
        Assert.True((int)answer.StatusCode is 200 or 201, $"{answer.StatusCode} {text}");
        Assert.StartsWith("application/pkcs7-mime", answer.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        X509Certificate2 leaf = Assert.Single(Certificates(text));
        Assert.Equal(Current.SubjectName.RawData, leaf.SubjectName.RawData);
        Assert.Contains(leaf.Extensions, e => e.Oid!.Value == KeyUsage && e.RawData.AsSpan().SequenceEqual(DigitalSignature));
        Assert.Contains(leaf.Extensions, e => e.Oid!.Value == ExtendedKeyUsage && e.RawData.AsSpan().SequenceEqual(ClientAuthentication));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), leaf.PublicKey.ExportSubjectPublicKeyInfo());
        return leaf;
    }

    /// <summary>A whole rotation: from now on the device uses the new certificate.</summary>
    public async Task RotateAsync(ServeProcess server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = await AskAsync(server, key);
        Use(leaf, key);
    }

    /// <summary>Uses another certificate from now on.</summary>
    public void Use(X509Certificate2 certificate, ECDsa key)
    {
        Current.Dispose();
        Current = certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The certificates of an answer, in their order, as openssl reads them.</summary>
    public static X509Certificate2[] Certificates(string body)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Convert.FromBase64String(body));
            var all = new X509Certificate2Collection();
            all.ImportFromPem(Tool.Run("openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs"));
            return [.. all];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Current.Dispose();
}
