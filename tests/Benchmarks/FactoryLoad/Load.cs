using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace FactoryLoad;

/// <summary>Devices that register, each once: made before the clock starts, sent over as many connections as are asked for.</summary>
internal static class Load
{
    /// <summary>Sends them and prints, as JSON, devices a second and the median and the 99th percentile of their milliseconds.</summary>
    public static async Task<int> RunAsync(Uri url, string token, int connections, int count)
    {
        byte[][] bodies = [.. ParallelEnumerable.Range(0, count).Select(_ => Body())];
        using var api = new Api(url, token, connections, HttpVersion.Version11);
        double[] milliseconds = new double[count];
        int next = -1;
        long begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                long sent = Stopwatch.GetTimestamp();
                await api.SendAsync(bodies[i]);
                milliseconds[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        }));
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Array.Sort(milliseconds);
        Console.WriteLine(JsonSerializer.Serialize(new { Rate = count / seconds, Median = milliseconds[count / 2], P99 = milliseconds[count * 99 / 100] }));
        return 0;
    }

    private static byte[] Body()
    {
        using var device = new Device();
        return device.Body;
    }
}
