using System.Net;
using System.Net.Sockets;
using AutoRegister.Core.Api;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>A token stays where it was sent.</summary>
public sealed class RedirectTests : IDisposable
{
    private readonly DeviceRoot device = new();
    private readonly HttpListener listener = new();
    private readonly List<string> asked = [];
    private readonly string origin;

    public RedirectTests()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            origin = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        listener.Prefixes.Add(origin + "/");
        listener.Start();
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task ARedirectIsNotFollowed(int status)
    {
        Task serving = ServeAsync(status);
        SotaConfig config = device.Read(new SotaConfigOptions { NoHsm = true, DeviceApi = origin + "/ota/devices/" });
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        using var client = new RegistrationClient();
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);
        AutoRegisterException error = await Assert.ThrowsAsync<AutoRegisterException>(() => enroller.RegisterAsync(key, client, CancellationToken.None));
        listener.Stop();
        await serving;

        Assert.Equal(ErrorId.CaptivePortal, error.Id);
        Assert.Equal(["HEAD /ota/devices/", "POST /ota/devices/"], asked);
        Assert.Contains("/elsewhere", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        listener.Close();
        device.Dispose();
    }

    private async Task ServeAsync(int status)
    {
        while (listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await listener.GetContextAsync();
                asked.Add($"{context.Request.HttpMethod} {context.Request.RawUrl}");
                context.Response.StatusCode = status;
                context.Response.RedirectLocation = origin + "/elsewhere";
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
