using System.Net;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Est;

/// <summary>What EST has besides renewal: the authorities, and stations that enrol devices.</summary>
[Collection(RenewingServer.Collection)]
public sealed class EnrolmentTests(RenewingServer renewing)
{
    private ServeProcess Server => renewing.Server;

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
}
