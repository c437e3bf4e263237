using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FactoryLoad;

/// <summary>Devices that register, each once: made before the clock starts, sent over as many connections as are asked for.</summary>
internal static class Load
{
    /// <summary>Sends them and prints, as JSON, devices a second and the median and the 99th percentile of their milliseconds.</summary>
    public static async Task<int> RunAsync(Uri url, string token, int connections, int count)
    {
        byte[][] bodies = [.. ParallelEnumerable.Range(0, count).Select(_ => Body())];
        using var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = connections,
#pragma warning disable CA5359 // Measured is the server; the one that is bare has a certificate of its own making.
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        };
        using var client = new HttpClient(handler);
        double[] milliseconds = new double[count];
        int next = -1;
        long begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                long sent = Stopwatch.GetTimestamp();
                await SendAsync(client, url, token, bodies[i]);
                milliseconds[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        }));
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Array.Sort(milliseconds);
        Console.WriteLine(JsonSerializer.Serialize(new { Rate = count / seconds, Median = milliseconds[count / 2], P99 = milliseconds[count * 99 / 100] }));
        return 0;
    }

    private static async Task SendAsync(HttpClient client, Uri url, string token, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("OSF-TOKEN", token);
        using HttpResponseMessage response = await client.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"{response.StatusCode}: {answer}");
        }
    }

    private static byte[] Body()
    {
        string uuid = Guid.NewGuid().ToString();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"OU=acme, CN={uuid}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], true));
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["use-ostree-server"] = "true",
            ["sota-config-dir"] = "/var/sota",
            ["hardware-id"] = "intel-corei7-64",
            ["name"] = uuid,
            ["uuid"] = uuid,
            ["csr"] = request.CreateSigningRequestPem(),
            ["overrides"] = new JsonObject { ["pacman"] = new JsonObject { ["type"] = "\"ostree+compose_apps\"", ["tags"] = "\"main\"" } },
        });
    }
}
