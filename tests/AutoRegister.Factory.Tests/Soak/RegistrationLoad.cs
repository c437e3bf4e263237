using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;

namespace AutoRegister.Factory.Tests.Soak;

/// <summary>
/// Devices that register over many connections while servers come and go. A device that gets no answer asks again, as ours do, or
/// is never heard of again: what the server had begun for it is then nobody's but the server's.
/// </summary>
internal sealed class RegistrationLoad(Func<HttpClient> open, Uri url, string token)
{
    private const int Senders = 16;
    private const int DevicesPerConnection = 20;

    private int lost, forsaken, sent, underWay;

    /// <summary>The certificate that each device was answered.</summary>
    public ConcurrentDictionary<string, string> Answered { get; } = [];

    /// <summary>What no device should be answered.</summary>
    public ConcurrentBag<string> Problems { get; } = [];

    /// <summary>How many requests are under way.</summary>
    public int UnderWay => underWay;

    /// <summary>Figures of it.</summary>
    public override string ToString() =>
        $"{sent} requests, {Answered.Count} devices answered, {lost} answers lost, {forsaken} devices never asked again";

    /// <summary>Registers devices until it is stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() => SendAsync(stop), CancellationToken.None)));

    private async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // A new connection now and then, for a proxy gives each to one server.
            using HttpClient client = open();
            for (int i = 0; i < DevicesPerConnection && !stop.IsCancellationRequested; i++)
            {
                using var device = new TestDevice();
                await RegisterAsync(client, device, stop);
            }
        }
    }

    private async Task RegisterAsync(HttpClient client, TestDevice device, CancellationToken stop)
    {
        JsonObject body = device.Body();
        // Some ask again although they have their answer.
        for (int more = Random.Shared.Next(8) == 0 ? 2 : 1; more > 0;)
        {
            Interlocked.Increment(ref sent);
            Interlocked.Increment(ref underWay);
            try
            {
                using HttpResponseMessage response = await client.PostAsync(url, body, ("OSF-TOKEN", token));
                await TakeAsync(response, device.Uuid);
                more--;
                continue;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                Interlocked.Increment(ref lost);
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }

            if (stop.IsCancellationRequested || Random.Shared.Next(2) == 0)
            {
                Interlocked.Increment(ref forsaken);
                return;
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    private async Task TakeAsync(HttpResponseMessage response, string uuid)
    {
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            throw new HttpRequestException("not now");
        }

        if (response.StatusCode != HttpStatusCode.Created)
        {
            Problems.Add($"{uuid} was answered {response.StatusCode}: {await response.TextAsync()}");
            return;
        }

        string certificate = await response.JsonAsync("client.pem");
        if (Answered.GetOrAdd(uuid, certificate) != certificate)
        {
            Problems.Add($"{uuid} was answered two certificates");
        }
    }
}
