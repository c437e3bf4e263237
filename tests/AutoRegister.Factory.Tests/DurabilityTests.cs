using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

public sealed class DurabilityTests : IDisposable
{
    private readonly string data = FactoryProcess.NewDataDirectory();

    [Fact]
    public async Task A_restart_keeps_the_CAs_the_token_and_the_devices()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        string root, token, certificate;
        await using (FactoryProcess first = await FactoryProcess.StartOverAsync(data))
        {
            (root, token) = (await File.ReadAllTextAsync(first.CaFile), first.Token);
            certificate = await RegisterAsync(first, body);
        }

        await using FactoryProcess second = await FactoryProcess.StartOverAsync(data);
        Assert.Equal(root, await File.ReadAllTextAsync(second.CaFile));
        Assert.Equal(token, second.Token);
        Assert.Equal(certificate, await RegisterAsync(second, body));
        using HttpClient client = FactoryClient.Open(second, device.WithKey(certificate));
        using HttpResponseMessage response = await client.GetAsync(second.Gateway);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task SIGKILL_in_the_middle_loses_no_registration_that_was_answered()
    {
        var answered = new ConcurrentBag<(JsonObject Body, string Certificate)>();
        await using (FactoryProcess victim = await FactoryProcess.StartOverAsync(data))
        {
            using var enough = new SemaphoreSlim(0);
            var senders = Enumerable.Range(0, 8).Select(_ => SendUntilDeadAsync(victim, answered, enough)).ToList();
            for (int i = 0; i < 60; i++)
            {
                Assert.True(await enough.WaitAsync(TimeSpan.FromSeconds(30)), victim.Output);
            }

            await victim.KillAsync();
            await Task.WhenAll(senders);
        }

        await using FactoryProcess survivor = await FactoryProcess.StartOverAsync(data);
        foreach ((JsonObject? body, string? certificate) in answered)
        {
            Assert.Equal(certificate, await RegisterAsync(survivor, body));
        }
    }

    [Fact]
    public async Task A_first_start_that_was_cut_short_is_finished_by_the_next()
    {
        await using (await FactoryProcess.StartOverAsync(data))
        {
            // Made everything once.
        }

        File.Delete(Path.Combine(data, "device-ca.crt"));
        File.Delete(Path.Combine(data, "server.crt"));
        File.Delete(Path.Combine(data, "server.key"));
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data);
        using var device = new TestDevice();
        Assert.NotEmpty(await RegisterAsync(factory, device.Body()));
    }

    [Fact]
    public async Task Everything_below_the_data_directory_is_its_owner_s_alone()
    {
        await using FactoryProcess factory = await FactoryProcess.StartOverAsync(data);
        using var device = new TestDevice();
        await RegisterAsync(factory, device.Body());
        const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        Assert.All(Directory.GetFiles(data), file => Assert.Equal(OwnerReadWrite, File.GetUnixFileMode(file)));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);

    private static async Task<string> RegisterAsync(FactoryProcess factory, JsonObject body)
    {
        using HttpClient client = FactoryClient.Open(factory);
        using HttpResponseMessage response = await client.RegisterAsync(factory, body);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.TextAsync());
        return await response.JsonAsync("client.pem");
    }

    private static async Task SendUntilDeadAsync(
        FactoryProcess victim, ConcurrentBag<(JsonObject Body, string Certificate)> answered, SemaphoreSlim count)
    {
        using HttpClient client = FactoryClient.Open(victim);
        try
        {
            while (true)
            {
                using var device = new TestDevice();
                JsonObject body = device.Body();
                using HttpResponseMessage response = await client.RegisterAsync(victim, body);
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                answered.Add((body, await response.JsonAsync("client.pem")));
                count.Release();
            }
        }
        catch (HttpRequestException)
        {
            // It is dead, as intended.
        }
    }
}
