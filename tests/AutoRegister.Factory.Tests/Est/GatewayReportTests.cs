using System.Net;
using System.Text.Json;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>What the gateway says and is told: who was seen, and who was revoked.</summary>
[Collection(RenewingServer.Collection)]
public sealed class GatewayReportTests(RenewingServer renewing)
{
    private ServeProcess Server => renewing.Server;

    [Fact]
    public async Task A_device_that_was_revoked_is_refused_at_once_everywhere()
    {
        using var key = new TestDevice();
        using RotatingDevice device = await RotatingDevice.RegisterAsync(Server, key);
        string old = device.Current.SerialNumber;
        await device.RotateAsync(Server);
        await Server.RunAsync("devices", "revoke", key.Uuid, "--reason", "stolen");
        await renewing.RefusedAsync(device, HttpStatusCode.Forbidden, "stolen");
        Assert.Equal(HttpStatusCode.Forbidden, await renewing.SeenAsync(device.Current.SerialNumber));
        using HttpClient client = Server.Client();
        using HttpResponseMessage registration = await Server.RegisterAsync(client, key);
        Assert.Equal(HttpStatusCode.Forbidden, registration.StatusCode);

        using HttpResponseMessage answer = await renewing.GetAsync("/gateway/denylist", renewing.GatewayToken);
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
        using HttpResponseMessage list = await renewing.GetAsync("/gateway/denylist", Server.Token);
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        using HttpResponseMessage nobody = await renewing.GetAsync("/gateway/denylist", "none");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
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

    private static string Unsigned(string serial) => serial.StartsWith("00", StringComparison.Ordinal) ? serial[2..] : serial;
}
