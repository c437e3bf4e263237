using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace FactoryLoad;

/// <summary>
/// The floor under a line: the cryptography, the request and the files of a device in a loop, and nothing else. No file is flushed, and
/// nothing could be continued.
/// </summary>
internal static class Floor
{
    private static readonly ConcurrentDictionary<string, X509Certificate2> Issuers = [];

    /// <summary>Registers devices and prints, as JSON, devices a second and milliseconds of processor time a device.</summary>
    public static async Task<int> RunAsync(Uri url, string token, int limit, int count, string folder)
    {
        using var api = new Api(url, token, connections: 1, System.Net.HttpVersion.Version20);
        await RunAsync(api, limit, count / 5, Path.Join(folder, "warm"));
        TimeSpan spent = Process.GetCurrentProcess().TotalProcessorTime;
        long begin = Stopwatch.GetTimestamp();
        await RunAsync(api, limit, count, Path.Join(folder, "floor"));
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        spent = Process.GetCurrentProcess().TotalProcessorTime - spent;
        Console.WriteLine(JsonSerializer.Serialize(new { Rate = count / seconds, Station = spent.TotalMilliseconds / count }));
        return 0;
    }

    private static Task RunAsync(Api api, int limit, int count, string folder)
    {
        int next = 0;
        return Task.WhenAll(Enumerable.Range(0, limit).Select(_ => Task.Run(async () =>
        {
            for (int n = Interlocked.Increment(ref next); n <= count; n = Interlocked.Increment(ref next))
            {
                await RegisterAsync(api, Directory.CreateDirectory(Path.Join(folder, $"{n}")).FullName);
            }
        })));
    }

    private static async Task RegisterAsync(Api api, string folder)
    {
        using var device = new Device();
        File.WriteAllText(Path.Join(folder, "pkey.pem"), device.KeyPem);
        Dictionary<string, string> files = JsonSerializer.Deserialize<Dictionary<string, string>>(await api.SendAsync(device.Body))!;
        using var leaf = X509Certificate2.CreateFromPem(files["client.pem"]);
        string chained = files["client.chained"];
        X509Certificate2 issuer = Issuer(chained[chained.LastIndexOf("-----BEGIN", StringComparison.Ordinal)..]);
        Verify(leaf, issuer);
        Verify(issuer, Issuer(files["root.crt"]));
        foreach ((string name, string content) in files)
        {
            File.WriteAllText(Path.Join(folder, name), content);
        }
    }

    private static void Verify(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        AsnReader parts = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        ReadOnlyMemory<byte> signed = parts.ReadEncodedValue();
        parts.ReadEncodedValue();
        using ECDsa key = issuer.GetECDsaPublicKey()!;
        if (!key.VerifyData(signed.Span, parts.ReadBitString(out _), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
        {
            throw new InvalidOperationException($"{certificate.Subject} is not signed by {issuer.Subject}");
        }
    }

    // All devices have the same.
    private static X509Certificate2 Issuer(string pem) => Issuers.GetOrAdd(pem, text => X509Certificate2.CreateFromPem(text));
}
