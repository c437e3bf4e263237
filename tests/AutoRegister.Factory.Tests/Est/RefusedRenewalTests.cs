using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>Certificates, keys and requests that are not to be renewed.</summary>
[Collection(RenewingServer.Collection)]
public sealed class RefusedRenewalTests(RenewingServer renewing)
{
    private ServeProcess Server => renewing.Server;

    [Theory]
    [InlineData("uuid", HttpStatusCode.BadRequest)]
    [InlineData("type", HttpStatusCode.BadRequest)]
    public async Task A_subject_that_differs_in_one_byte_is_refused(string what, HttpStatusCode status)
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        byte[] subject = device.Current.SubjectName.RawData.ToArray();
        if (what == "uuid")
        {
            int at = subject.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(key.Uuid));
            subject[at] = subject[at] == (byte)'a' ? (byte)'b' : (byte)'a';
        }
        else
        {
            // The same text as a PrintableString instead of a UTF8String, or the other way round.
            int at = subject.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(key.Uuid)) - 2;
            subject[at] = subject[at] == 0x0C ? (byte)0x13 : (byte)0x0C;
        }

        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await renewing.RefusedAsync(device, status, "byte for byte", RotatingDevice.Request(new X500DistinguishedName(subject), next));
    }

    [Fact]
    public async Task Another_key_usage_is_refused()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await renewing.RefusedAsync(device, HttpStatusCode.BadRequest, "2.5.29.15", RotatingDevice.Request(device.Current.SubjectName, next, [0x03, 0x02, 0x02, 0x04]));
    }

    [Fact]
    public async Task A_key_that_is_not_new_is_refused()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        await renewing.RefusedAsync(device, HttpStatusCode.Conflict, "new key", RotatingDevice.Request(device.Current.SubjectName, key.Key));
        using var other = new TestDevice();
        using RotatingDevice another = await RotatingDevice.RegisterAsync(Server, other);
        await renewing.RefusedAsync(device, HttpStatusCode.Conflict, other.Uuid, RotatingDevice.Request(device.Current.SubjectName, other.Key));
        await device.RotateAsync(Server);
        await renewing.RefusedAsync(device, HttpStatusCode.Conflict, "before", RotatingDevice.Request(device.Current.SubjectName, key.Key));
    }

    [Fact]
    public async Task Without_a_certificate_there_is_no_renewal()
    {
        using HttpClient client = Server.Client();
        using var key = new TestDevice();
        using HttpResponseMessage answer = await RotatingDevice.PostAsync(client, Server, RotatingDevice.Request(new X500DistinguishedName("CN=x"), key.Key), "simplereenroll", Server.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("expired", "expired")]
    [InlineData("foreign", "trusts")]
    [InlineData("unknown", "none that this factory")]
    [InlineData("servers", "TLS client")]
    public async Task A_certificate_that_is_not_the_devices_or_no_longer_is_refused(string what, string why)
    {
        using var key = new TestDevice();
        (await RotatingDevice.RegisterAsync(Server, key)).Dispose();
        using var ca = X509Certificate2.CreateFromPemFile(Server.Folder["local-ca.pem"], Server.Folder["local-ca.key"]);
        using ECDsa caKey = ca.GetECDsaPrivateKey()!;
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(DistinguishedName.Encode(key.Subject), key.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(what == "servers" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], true));
        using X509Certificate2 made = request.Create(
            ca.SubjectName, X509SignatureGenerator.CreateForECDsa(what == "foreign" ? foreign : caKey), DateTimeOffset.Now.AddDays(-2),
            DateTimeOffset.Now.AddDays(what == "expired" ? -1 : 1), RandomNumberGenerator.GetBytes(8));
        using var device = new RotatingDevice(made.CopyWithPrivateKey(key.Key));
        await renewing.RefusedAsync(device, HttpStatusCode.Forbidden, why);
    }

    [Theory]
    [InlineData("application/pkcs10", "no base64!", HttpStatusCode.BadRequest)]
    [InlineData("application/pkcs10", "MAA=", HttpStatusCode.BadRequest)]
    [InlineData("text/plain", "MAA=", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_no_request_is_refused(string type, string body, HttpStatusCode status)
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using HttpClient client = Server.Client(device.Current);
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"{Server.Est}/simplereenroll"), body, type);
        Assert.Equal(status, answer.StatusCode);
    }
}
