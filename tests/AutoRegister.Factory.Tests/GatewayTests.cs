using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class GatewayTests(SharedFactory shared)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly FactoryProcess factory = shared.Process;

    [Theory]
    [InlineData("/", SslProtocols.Tls12)]
    [InlineData("/any/path?at=all", SslProtocols.Tls13)]
    public async Task A_registered_device_is_told_who_it_is(string path, SslProtocols protocol)
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body["name"] = "lamp " + device.Uuid;
        using HttpResponseMessage answer = await shared.Client.RegisterAsync(factory, body);
        using X509Certificate2 certificate = device.WithKey(await answer.JsonAsync("client.pem"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.EnabledSslProtocols = protocol;
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(factory.CaFile) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        using var client = new HttpClient(handler);

        using HttpResponseMessage response = await client.GetAsync(new Uri(factory.Gateway, path));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            $$"""{"uuid":"{{device.Uuid}}","factory":"acme","name":"lamp {{device.Uuid}}"}""",
            await response.TextAsync());
        JsonElement entry = Assert.Single(await factory.ListAsync(), d => d.GetProperty("uuid").GetString() == device.Uuid);
        Assert.NotNull(entry.GetProperty("lastSeen").GetString());
    }

    [Fact]
    public async Task No_certificate_no_connection() => await RefusesConnectionAsync(null);

    [Fact]
    public async Task A_certificate_of_another_CA_no_connection()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 otherRoot = Authority.CreateRoot(key, "acme", DateTimeOffset.Now);
        using X509Certificate2 otherCa = Authority.CreateDeviceCa(key, "acme", otherRoot, key);
        using var device = new TestDevice();
        await RefusesConnectionAsync(Sign(device, otherCa, key));
    }

    [Fact]
    public async Task A_certificate_for_servers_no_connection()
    {
        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(factory.Data, "server.crt"), Path.Combine(factory.Data, "server.key"));
        await RefusesConnectionAsync(certificate);
        using var device = new TestDevice();
        await RefusesConnectionAsync(SignHere(device, usage: "1.3.6.1.5.5.7.3.1"));
    }

    [Fact]
    public async Task A_client_certificate_signed_by_the_root_itself_no_connection()
    {
        using var device = new TestDevice();
        using var root = X509Certificate2.CreateFromPemFile(Path.Combine(factory.Data, "root.crt"), Path.Combine(factory.Data, "root.key"));
        using ECDsa key = root.GetECDsaPrivateKey()!;
        await RefusesConnectionAsync(Sign(device, root, key));
    }

    [Fact]
    public async Task An_expired_certificate_no_connection()
    {
        using var device = new TestDevice();
        await RefusesConnectionAsync(SignHere(device, expired: true));
    }

    [Fact]
    public async Task A_device_that_is_not_in_the_ledger_is_403()
    {
        using var device = new TestDevice();
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(SignHere(device)));
    }

    [Fact]
    public async Task A_device_with_another_key_than_the_ledger_s_is_403()
    {
        using var device = new TestDevice();
        (await shared.Client.RegisterAsync(factory, device.Body())).Dispose();
        using var impostor = new TestDevice { Uuid = device.Uuid };
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(SignHere(impostor)));
    }

    private static X509Certificate2 Sign(TestDevice device, X509Certificate2 ca, ECDsa key, string usage = ClientAuthentication, bool expired = false)
    {
        var request = new CertificateRequest(DistinguishedName.Encode(device.Subject), device.Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        DateTimeOffset end = DateTimeOffset.Now.AddHours(expired ? -1 : 1);
        using X509Certificate2 certificate = request.Create(
            ca.SubjectName, X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.Now.AddHours(-2), end, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(device.Key);
    }

    private X509Certificate2 SignHere(TestDevice device, string usage = ClientAuthentication, bool expired = false)
    {
        using var ca = X509Certificate2.CreateFromPemFile(Path.Combine(factory.Data, "device-ca.crt"), Path.Combine(factory.Data, "device-ca.key"));
        using ECDsa key = ca.GetECDsaPrivateKey()!;
        return Sign(device, ca, key, usage, expired);
    }

    private async Task RefusesConnectionAsync(X509Certificate2? certificate)
    {
        using HttpClient client = FactoryClient.Open(factory, certificate);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(factory.Gateway));
    }

    private async Task<HttpStatusCode> StatusAsync(X509Certificate2 certificate)
    {
        using HttpClient client = FactoryClient.Open(factory, certificate);
        using HttpResponseMessage response = await client.GetAsync(factory.Gateway);
        Assert.NotEmpty(await response.JsonAsync("error"));
        return response.StatusCode;
    }
}
