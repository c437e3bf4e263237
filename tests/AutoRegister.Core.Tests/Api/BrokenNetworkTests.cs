using System.Net;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Files;
using FaultServer;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>Requests over networks of which a part is broken: they arrive, or what is said of the failure is what happened.</summary>
public sealed class BrokenNetworkTests : IDisposable
{
    private static readonly HttpTimeouts Impatient = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3));
    private readonly TestOrigin origin = new();
    private readonly string caFile = Path.GetTempFileName();

    public void Dispose()
    {
        origin.Dispose();
        File.Delete(caFile);
    }

    [Fact]
    public async Task ANameWhoseIpv6LeadsNowhereIsReachedOverIpv4()
    {
        await using var server = new FaultyServer(origin, []);
        using var nowhere = new Blackhole(IPAddress.IPv6Loopback, server.Api.Port);
        using RegistrationClient client = Client(server, IPAddress.IPv6Loopback, IPAddress.Loopback);
        await client.PingAsync(Named(server), CancellationToken.None);
    }

    [Fact]
    public async Task AProxyWhoseIpv6LeadsNowhereIsReachedOverIpv4()
    {
        await using var proxy = new RecordingProxy("HTTP/1.1 503 busy\r\nContent-Length: 0\r\n\r\n");
        using var nowhere = new Blackhole(IPAddress.Parse("127.0.0.2"), proxy.Port);
        foreach (string scheme in (string[])["http", "socks5h"])
        {
            var dialer = new Dialer(Proxies($"{scheme}://proxy.test:{proxy.Port}"), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]));
            using var client = new RegistrationClient(dialer);
            AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => client.PingAsync(new Uri("https://api.test/"), CancellationToken.None));
            Assert.Equal(ErrorId.ProxyRefused, error.Id);
        }

        Assert.Equal(["CONNECT api.test:443", "SOCKS5 api.test:443"], proxy.Seen);
    }

    [Fact]
    public async Task AllAddressesThatLeadNowhereAreATimeOutThatNamesThem()
    {
        await using var server = new FaultyServer(origin, []);
        using var nowhere = new Blackhole(IPAddress.Parse("127.0.0.2"), server.Api.Port);
        AutoRegisterException error = await FailAsync(server, IPAddress.Parse("127.0.0.2"));
        Assert.Equal(ErrorId.ServerTimeout, error.Id);
        Assert.Contains("127.0.0.2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("begin to answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachAddressThatRefusesIsNamedWithItsReason()
    {
        await using var server = new FaultyServer(origin, []);
        AutoRegisterException error = await FailAsync(server, IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4"));
        Assert.Equal(ErrorId.ServerUnreachable, error.Id);
        Assert.Contains("127.0.0.3: Connection refused; 127.0.0.4: Connection refused.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHandshakeThatHangsIsNoAnswerThatDidNotBegin()
    {
        await using var server = new FaultyServer(origin, ["no-handshake"]);
        AutoRegisterException error = await FailAsync(server, IPAddress.Loopback);
        Assert.Equal(ErrorId.ServerTimeout, error.Id);
        Assert.Contains("did not finish the TLS handshake", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameThatIsNotResolvedInTimeIsNamed()
    {
        var dialer = new Dialer(new ProxyVariables(_ => null), async (_, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return [];
        });
        using var client = new RegistrationClient(dialer, Impatient);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => client.PingAsync(new Uri("https://api.test/"), CancellationToken.None));
        Assert.Equal(ErrorId.ServerTimeout, error.Id);
        Assert.Contains("the name 'api.test' was not resolved", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASilentServerIsOneThatDidNotBeginToAnswer()
    {
        await using var server = new FaultyServer(origin, ["hang"]);
        using var token = Secret.FromUtf8("token"u8);
        using RegistrationClient client = Client(server, IPAddress.Loopback);
        var config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "x", DeviceApi = Named(server), ApiToken = token };
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => client.RegisterAsync(config, null, "{}"u8.ToArray(), CancellationToken.None));
        Assert.Contains("did not begin to answer", error.Message, StringComparison.Ordinal);
    }

    private static ProxyVariables Proxies(string url) => new(name => name == "https_proxy" ? url : null);

    // The fault server's certificate is for this name too, and a resolver of the test's own answers for it.
    private static Uri Named(FaultyServer server) => new UriBuilder(server.Api) { Host = "api.test" }.Uri;

    private async Task<AutoRegisterException> FailAsync(FaultyServer server, params IPAddress[] addresses)
    {
        using RegistrationClient client = Client(server, addresses);
        return await Assert.ThrowsAsync<AutoRegisterException>(() => client.PingAsync(Named(server), CancellationToken.None));
    }

    private RegistrationClient Client(FaultyServer server, params IPAddress[] addresses)
    {
        File.WriteAllText(caFile, server.CertificatePem);
        return new RegistrationClient(new Dialer(new ProxyVariables(_ => null), (_, _) => Task.FromResult(addresses)), Impatient, TrustAnchor.Load(caFile));
    }
}
