using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>Renewal by EST with a real server and a client that does what fioconfig does.</summary>
[Collection(RenewingServer.Collection)]
public sealed class RenewalTests(RenewingServer renewing)
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
        Assert.Equal(3, (await renewing.AuditAsync(key.Uuid)).Count(row => row.GetProperty("outcome").GetString() == "done"));
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
        await renewing.RefusedAsync(device, HttpStatusCode.Forbidden, "replaced");
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
        Assert.Equal(HttpStatusCode.OK, await renewing.SeenAsync(leaf.SerialNumber));
        await renewing.RefusedAsync(device, HttpStatusCode.Forbidden, "replaced");
        Assert.Equal(HttpStatusCode.Forbidden, await renewing.SeenAsync(device.Current.SerialNumber));
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
        Assert.Equal(HttpStatusCode.OK, await renewing.SeenAsync(old));
        await device.RotateAsync(Server);
    }
}
