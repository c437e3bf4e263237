using System.Net;
using System.Text;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

public sealed class OAuthRestartTests : IDisposable
{
    private readonly string data = FactoryProcess.NewDataDirectory();

    [Fact]
    public async Task The_flow_survives_a_restart_between_any_two_steps()
    {
        using var device = new TestDevice();
        OAuthDevice grant = await WithFactoryAsync((factory, client) => OAuthDevice.StartAsync(client, factory, device.Uuid));
        await WithFactoryAsync(async (factory, client) =>
        {
            var page = new Uri(factory.Approval + "?user_code=" + grant.UserCode);
            using HttpResponseMessage done = await new Person(client).DecideAsync(page, "approve");
            Assert.Equal(HttpStatusCode.OK, done.StatusCode);
            return done.StatusCode;
        });
        string token = await WithFactoryAsync(async (factory, client) =>
        {
            using HttpResponseMessage answer = await grant.PollAsync(client, factory);
            return await answer.JsonAsync("access_token");
        });
        HttpStatusCode status = await WithFactoryAsync(async (factory, client) =>
        {
            (string, string) header = ("Authorization", "Bearer " + Convert.ToBase64String(Encoding.UTF8.GetBytes(token)));
            using HttpResponseMessage answer = await client.PostAsync(factory.Api, device.Body(), header);
            return answer.StatusCode;
        });
        Assert.Equal(HttpStatusCode.Created, status);
    }

    [Fact]
    public async Task A_device_code_expires()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data, "--oauth-expires-in", "1", "--oauth-interval", "0");
        using HttpClient client = FactoryClient.Open(factory);
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        string error;
        while ((error = await grant.PollErrorAsync(client, factory)) == "authorization_pending")
        {
            await Task.Delay(50);
        }

        Assert.Equal("expired_token", error);
        using HttpResponseMessage page = await client.GetAsync(grant.CompleteUri);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
    }

    [Fact]
    public async Task A_device_that_polls_too_fast_is_slowed_down()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data, "--oauth-interval", "3600");
        using HttpClient client = FactoryClient.Open(factory);
        OAuthDevice grant = await OAuthDevice.StartAsync(client, factory, Guid.NewGuid().ToString());
        Assert.Equal("authorization_pending", await grant.PollErrorAsync(client, factory));
        Assert.Equal("slow_down", await grant.PollErrorAsync(client, factory));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);

    private async Task<T> WithFactoryAsync<T>(Func<FactoryProcess, HttpClient, Task<T>> step)
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data, "--oauth-interval", "0");
        using HttpClient client = FactoryClient.Open(factory);
        return await step(factory, client);
    }
}
