using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Renewal by EST with a real server, a client that does what fioconfig does, and certificates that are not to be renewed.</summary>
public sealed class RenewalTests(RenewalTests.Renewing renewing) : IClassFixture<RenewalTests.Renewing>
{
    private ServeProcess Server => renewing.Server;

    [Fact]
    public async Task A_device_renews_its_certificate_again_and_again()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        string first = device.Current.SerialNumber;
        await device.RotateAsync(Server);
        Assert.NotEqual(first, device.Current.SerialNumber);
        Assert.InRange(device.Current.NotAfter, DateTime.Now.AddDays(364), DateTime.Now.AddDays(366));
        await device.RotateAsync(Server);
        Assert.Equal(3, (await AuditAsync(key.Uuid)).Count(row => row.GetProperty("outcome").GetString() == "done"));
    }

    [Fact]
    public async Task An_answer_that_is_lost_twice_costs_nothing()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using var lostKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 lost = await device.AskAsync(Server, lostKey);
        using var secondKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 second = await device.AskAsync(Server, secondKey);
        await device.RotateAsync(Server);
        await device.RotateAsync(Server);

        // What was lost, and what came before, is no longer good for anything.
        device.Use(lost, lostKey);
        await RefusedAsync(device, HttpStatusCode.Forbidden, "replaced");
    }

    [Fact]
    public async Task The_same_key_again_gets_its_certificate_again()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 first = await device.AskAsync(Server, next);
        using X509Certificate2 again = await device.AskAsync(Server, next);
        Assert.Equal(first.RawData, again.RawData);
    }

    [Fact]
    public async Task The_old_certificate_is_good_until_the_new_one_was_seen()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = await device.AskAsync(Server, next);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await device.AskAsync(Server, other)).Dispose();
        Assert.Equal(HttpStatusCode.OK, await SeenAsync(leaf.SerialNumber));
        await RefusedAsync(device, HttpStatusCode.Forbidden, "replaced");
        Assert.Equal(HttpStatusCode.Forbidden, await SeenAsync(device.Current.SerialNumber));
        device.Use(leaf, next);
        await device.RotateAsync(Server);
    }

    [Fact]
    public async Task A_report_of_the_old_certificate_that_comes_late_locks_nobody_out()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        string old = device.Current.SerialNumber;
        await device.RotateAsync(Server);
        Assert.Equal(HttpStatusCode.OK, await SeenAsync(old));
        await device.RotateAsync(Server);
    }

    [Fact]
    public async Task A_device_that_was_revoked_is_refused_at_once_everywhere()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        string old = device.Current.SerialNumber;
        await device.RotateAsync(Server);
        await Server.RunAsync("devices", "revoke", key.Uuid, "--reason", "stolen");
        await RefusedAsync(device, HttpStatusCode.Forbidden, "stolen");
        Assert.Equal(HttpStatusCode.Forbidden, await SeenAsync(device.Current.SerialNumber));
        using HttpClient client = Server.Client();
        using HttpResponseMessage registration = await Server.RegisterAsync(client, key);
        Assert.Equal(HttpStatusCode.Forbidden, registration.StatusCode);

        using HttpResponseMessage answer = await GetAsync("/gateway/denylist", renewing.GatewayToken);
        JsonElement denied = Assert.Single((await answer.JsonAsync()).GetProperty("devices").EnumerateArray(), d => d.GetProperty("uuid").GetString() == key.Uuid);
        Assert.Equal("stolen", denied.GetProperty("reason").GetString());
        Assert.Equal([Unsigned(old), Unsigned(device.Current.SerialNumber)], denied.GetProperty("serials").EnumerateArray().Select(s => s.GetString()));
        string file = Path.Combine(Server.Home, "denied.json");
        await Server.RunAsync("devices", "denylist", "--out", file);
        Assert.Contains(key.Uuid, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_registers_nobody_and_no_station_is_the_gateway()
    {
        using var device = new TestDevice();
        using HttpClient client = Server.Client();
        using HttpResponseMessage registration = await client.PostAsync(Server.Registration, device.Body(), ("OSF-TOKEN", renewing.GatewayToken));
        Assert.Equal(HttpStatusCode.Forbidden, registration.StatusCode);
        using HttpResponseMessage list = await GetAsync("/gateway/denylist", Server.Token);
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        using HttpResponseMessage nobody = await GetAsync("/gateway/denylist", "none");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

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
        await RefusedAsync(device, status, "byte for byte", RotatingDevice.Request(new X500DistinguishedName(subject), next));
    }

    [Fact]
    public async Task Another_key_usage_is_refused()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(device, HttpStatusCode.BadRequest, "2.5.29.15", RotatingDevice.Request(device.Current.SubjectName, next, [0x03, 0x02, 0x02, 0x04]));
    }

    [Fact]
    public async Task A_key_that_is_not_new_is_refused()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        await RefusedAsync(device, HttpStatusCode.Conflict, "new key", RotatingDevice.Request(device.Current.SubjectName, key.Key));
        using var other = new TestDevice();
        using RotatingDevice another = await RotatingDevice.RegisterAsync(Server, other);
        await RefusedAsync(device, HttpStatusCode.Conflict, other.Uuid, RotatingDevice.Request(device.Current.SubjectName, other.Key));
        await device.RotateAsync(Server);
        await RefusedAsync(device, HttpStatusCode.Conflict, "before", RotatingDevice.Request(device.Current.SubjectName, key.Key));
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
        await RefusedAsync(device, HttpStatusCode.Forbidden, why);
    }

    [Fact]
    public async Task The_authorities_are_for_everybody()
    {
        using HttpClient client = Server.Client();
        string body = await client.GetStringAsync(new Uri($"{Server.Est}/cacerts"));
        X509Certificate2[] all = RotatingDevice.Certificates(body);
        Assert.Contains(all, certificate => certificate.Subject.Contains("Factory-CA", StringComparison.Ordinal));
        Assert.Contains(all, certificate => certificate.Subject.Contains("fio-user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_station_enrols_a_device_and_a_device_enrols_nobody()
    {
        using var fresh = new TestDevice();
        X500DistinguishedName subject = DistinguishedName.Encode(fresh.Subject);
        string body = RotatingDevice.Request(subject, fresh.Key);
        using var registered = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, registered);
        using (HttpResponseMessage refused = await device.SendAsync(Server, body, "intel-corei7-64/simpleenroll"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        // Not even where somebody has entered it as a station's.
        string pem = Path.Combine(Server.Home, "device-as-station.pem");
        await File.WriteAllTextAsync(pem, device.Current.ExportCertificatePem());
        await Server.RunAsync("station", "add", "mistake", "--certificate", pem);
        using (HttpResponseMessage refused = await device.SendAsync(Server, body, "intel-corei7-64/simpleenroll"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Contains("enrols nobody", await refused.TextAsync(), StringComparison.Ordinal);
        }

        using HttpClient client = Server.Client();
        using (HttpResponseMessage without = await RotatingDevice.PostAsync(client, Server, body, "simpleenroll", Server.Token))
        {
            Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        }

        using HttpResponseMessage answer = await RotatingDevice.PostAsync(client, Server, body, "intel-corei7-64/simpleenroll", Server.Token);
        using X509Certificate2 leaf = Assert.Single(RotatingDevice.Certificates(await answer.TextAsync()));
        Assert.Equal(subject.RawData, leaf.SubjectName.RawData);
        using var enrolled = new RotatingDevice(leaf.CopyWithPrivateKey(fresh.Key));
        await enrolled.RotateAsync(Server);
    }

    [Fact]
    public async Task A_device_ca_of_fioctl_signs_no_revocation_list()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Server.RunAsync("devices", "crl", "--out", Path.Combine(Server.Home, "list.crl")));
        Assert.Contains("cRLSign", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0a1b2c")]
    [InlineData("{}")]
    [InlineData("""{"serial":"1","serial":"2"}""")]
    [InlineData("""{"serial":"1","uuid":"2"}""")]
    public async Task A_report_that_is_none_is_refused(string body)
    {
        using HttpClient client = Server.Client();
        using HttpResponseMessage answer = await client.PostAsync(Server.Api("/gateway/seen"), body, "application/json", ("OSF-TOKEN", renewing.GatewayToken));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
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

    private async Task RefusedAsync(RotatingDevice device, HttpStatusCode status, string why, string? body = null)
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpResponseMessage answer = await device.SendAsync(Server, body ?? RotatingDevice.Request(device.Current.SubjectName, next));
        string text = await answer.TextAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode} {text}");
        Assert.Contains(why, text, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> SeenAsync(string serial)
    {
        using HttpClient client = Server.Client();
        using HttpResponseMessage answer = await client.PostAsync(Server.Api("/gateway/seen"), $$"""{"serial":"{{serial}}"}""", "application/json", ("OSF-TOKEN", renewing.GatewayToken));
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string token)
    {
        using HttpClient client = Server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, Server.Api(path));
        request.Headers.Add("OSF-TOKEN", token);
        return await client.SendAsync(request);
    }

    private static string Unsigned(string serial) => serial.StartsWith("00", StringComparison.Ordinal) ? serial[2..] : serial;

    private async Task<List<JsonElement>> AuditAsync(string uuid) => [..
        (await Server.RunAsync("audit", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(row => row.TryGetProperty("uuid", out JsonElement of) && of.GetString() == uuid)];

    /// <summary>One server for all of them, with its gateway entered.</summary>
    public sealed class Renewing : IAsyncLifetime
    {
        internal ServeProcess Server { get; private set; } = null!;

        internal string GatewayToken => File.ReadAllText(Path.Combine(Server.Home, "gateway-token")).Trim();

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            Server = await ServeProcess.StartAsync(settings => settings["Est"] = new System.Text.Json.Nodes.JsonObject { ["Listen"] = "127.0.0.1:0" });
            await Server.RunAsync("station", "add", "gateway", "--gateway", "--token-file", Path.Combine(Server.Home, "gateway-token"));
        }

        /// <inheritdoc/>
        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
