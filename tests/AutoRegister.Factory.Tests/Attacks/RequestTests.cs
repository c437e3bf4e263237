using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Attacks;

/// <summary>Requests of somebody who has a token, or a device, and wants more than that gives.</summary>
public sealed class RequestTests(AttackedServer server) : IClassFixture<AttackedServer>
{
    [Fact]
    public async Task The_token_of_a_station_for_what_is_another_s()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body["group"] = "production-line";
        foreach ((string? name, string[]? rights) in new Dictionary<string, string[]>
        {
            ["other-group"] = ["--groups", "workshop"],
            ["other-tags"] = ["--tags", "devel"],
            ["other-address"] = ["--addresses", "10.0.0.0/8"],
            ["not-yet"] = ["--from", "2100-01-01T00:00Z"],
            ["no-longer"] = ["--until", "2020-01-01T00:00Z"],
        })
        {
            (HttpStatusCode status, string? text) = await server.RegisterAsync(body, await server.StationAsync(name, rights));
            Assert.True(status == HttpStatusCode.Forbidden, $"{name}: {status} {text}");
        }

        JsonObject production = device.Body(device.Csr(("2.5.4.15", "production")));
        Assert.Equal(HttpStatusCode.Forbidden, (await server.RegisterAsync(production, await server.StationAsync("no-production"))).Status);
        string revoked = await server.StationAsync("revoked");
        await server.Process.RunAsync("station", "revoke", "revoked");
        Assert.Equal(HttpStatusCode.Forbidden, (await server.RegisterAsync(device.Body(), revoked)).Status);
        Assert.Equal(0, await server.CountAsync(device.Uuid));
    }

    [Fact]
    public async Task More_devices_at_once_than_a_station_may_register()
    {
        string token = await server.StationAsync("one-device", "--devices", "1");
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var device = new TestDevice();
            return (await server.RegisterAsync(device.Body(), token)).Status;
        }));
        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(status => status == HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_uuid_of_another_device(bool upperCase)
    {
        using var victim = new TestDevice();
        await server.RegisterAsync(victim);
        using var thief = new TestDevice { Uuid = upperCase ? victim.Uuid.ToUpperInvariant() : victim.Uuid };
        JsonObject body = thief.Body();
        Assert.Equal(HttpStatusCode.Conflict, (await server.RegisterAsync(body)).Status);
        body["name"] = "another name";
        Assert.Equal(HttpStatusCode.Conflict, (await server.RegisterAsync(body)).Status);
        // With a certificate request that names the thief itself.
        using var own = new TestDevice();
        body["csr"] = own.Csr();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RegisterAsync(body)).Status);
        Assert.Equal(1, await server.CountAsync(victim.Uuid));
    }

    [Fact]
    public async Task A_certificate_request_that_is_sent_again_makes_no_second_certificate()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        (HttpStatusCode Status, string Text) first = await server.RegisterAsync(body);
        (HttpStatusCode Status, string Text) again = await server.RegisterAsync(body, await server.StationAsync("replays"));
        Assert.Equal(first, again);
        body["name"] = "another name";
        Assert.Equal(HttpStatusCode.Conflict, (await server.RegisterAsync(body)).Status);
        string another = Guid.NewGuid().ToString();
        body["name"] = another;
        body["uuid"] = another;
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RegisterAsync(body)).Status);
        Assert.Equal(1, await server.CountAsync(device.Uuid));
    }

    [Fact]
    public async Task A_certificate_request_that_was_altered()
    {
        using var device = new TestDevice();
        string pem = device.Csr();
        byte[] der = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        foreach (int place in new[] { 0, 10, der.Length / 3, der.Length / 2, der.Length - 20, der.Length - 1 })
        {
            byte[] altered = der.ToArray();
            altered[place] ^= 1;
            (HttpStatusCode status, string? text) = await server.RegisterAsync(device.Body(PemEncoding.WriteString("CERTIFICATE REQUEST", altered)));
            Assert.True(status == HttpStatusCode.BadRequest, $"{place}: {status} {text}");
        }

        Assert.Equal(0, await server.CountAsync(device.Uuid));
    }

    [Fact]
    public async Task A_key_that_was_copied_to_another_device()
    {
        using var device = new TestDevice();
        await server.RegisterAsync(device);
        using var clone = new TestDevice { Key = device.Key };
        (HttpStatusCode status, string? text) = await server.RegisterAsync(clone.Body());
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains(device.Uuid, text, StringComparison.Ordinal);
        Assert.Equal(0, await server.CountAsync(clone.Uuid));
    }

    [Theory]
    [InlineData("name", "board\r\nX-Injected: 1")]
    [InlineData("name", "board\u202egnp.exe")]
    [InlineData("uuid", "11111111-2222-4333-8444-555555555555\r\nX: 1")]
    [InlineData("group", "a\nb")]
    [InlineData("hardware-id", "x\"\n[evil]\nkey = \"")]
    [InlineData("hardware-id", "x\\")]
    [InlineData("sota-config-dir", "/var/sota\"\n[evil]\n")]
    [InlineData("use-ostree-server", "true\n[evil]")]
    public async Task Lines_quotes_and_headers_in_a_field(string field, string value)
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body[field] = value;
        await RefusesAsync(body);
        Assert.Equal(0, await server.CountAsync(device.Uuid));
    }

    [Theory]
    [InlineData("pacman", "tags", "\"main\"\n[evil]\nx = \"1\"")]
    [InlineData("pacman]\n[evil", "x", "\"1\"")]
    [InlineData("pacman", "x = 1\ntags", "\"main\"")]
    [InlineData("pacman", "tags", "\"\"\"main\"\"\"")]
    public async Task TOML_in_an_override(string section, string key, string value)
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body["overrides"] = new JsonObject { [section] = new JsonObject { [key] = value } };
        await RefusesAsync(body);
    }

    [Fact]
    public async Task JSON_and_TOML_nested_deeply_are_400_without_a_trace_in_the_log()
    {
        using var device = new TestDevice();
        foreach (int depth in new[] { 9, 64, 20_000 })
        {
            string nested = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
            using HttpResponseMessage response = await server.Client.PostAsync(
                server.Process.Registration, nested[..Math.Min(nested.Length, 60_000)], "application/json", ("OSF-TOKEN", server.Process.Token));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        JsonObject body = device.Body();
        foreach ((string? open, string? close) in new[] { ("[", "]"), ("{a=", "}") })
        {
            string value = string.Concat(Enumerable.Repeat(open, 64)) + "1" + string.Concat(Enumerable.Repeat(close, 64));
            body["overrides"] = new JsonObject { ["pacman"] = new JsonObject { ["tags"] = value } };
            await RefusesAsync(body);
        }

        Assert.DoesNotContain("Exception", server.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_413(bool saysItsLength)
    {
        using RawConnection connection = await RawConnection.ConnectTlsAsync(server.Process.Registration.Port);
        await connection.SendAsync(
            $"POST /ota/devices/ HTTP/1.1\r\nHost: {FioctlFolder.Host}\r\nOSF-TOKEN: {server.Process.Token}\r\nContent-Type: application/json\r\n"
            + (saysItsLength ? "Content-Length: 70000\r\n\r\n" : $"Transfer-Encoding: chunked\r\n\r\n11170\r\n{new string(' ', 0x11170)}\r\n"));
        Assert.StartsWith("HTTP/1.1 413 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private async Task RefusesAsync(JsonNode body)
    {
        (HttpStatusCode status, string? text) = await server.RegisterAsync(body);
        Assert.True(status == HttpStatusCode.BadRequest, $"{status} {text}");
    }
}
