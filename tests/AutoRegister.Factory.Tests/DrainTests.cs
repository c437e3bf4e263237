using System.Net;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task On_SIGTERM_readyz_says_no_first_and_devices_are_registered_to_the_end()
    {
        await using ServeProcess server = await ServeProcess.StartAsync(settings => settings["Api"]!["DrainSeconds"] = 4);
        using HttpClient client = server.Client();
        var ready = new Uri(server.Registration, "/readyz");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, ready));
        server.Terminate();
        while (await StatusAsync(client, ready) != HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(20);
        }

        using var device = new TestDevice();
        using HttpResponseMessage answer = await server.RegisterAsync(client, device);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(0, await server.EndAsync());
        Assert.Contains(device.Uuid, await server.RunAsync("devices", "list"), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri url)
    {
        using HttpResponseMessage response = await client.GetAsync(url);
        return response.StatusCode;
    }
}
