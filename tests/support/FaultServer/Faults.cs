using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace FaultServer;

/// <summary>
/// The faults, by name. Those of the answer take the place of an answer to a POST; those of the connection happen before any
/// request is read. <c>fine</c> and an empty script mean correct answers.
/// </summary>
public static class Faults
{
    private static readonly byte[] GzipBomb = Bomb();

    /// <summary>Faults of the answer.</summary>
    public static IReadOnlyDictionary<string, Func<HttpCall, IOrigin, CancellationToken, Task>> OfAnswers { get; } =
        new Dictionary<string, Func<HttpCall, IOrigin, CancellationToken, Task>>
        {
            ["fine"] = async (call, origin, stop) => await call.AnswerAsync(await origin.AnswerAsync(call, stop), stop),
            ["truncated-json"] = Reply(201, "{\"root.crt\": \"-----BEGIN CERT"),
            ["html-200"] = Reply(200, "<html><body>Sign in</body></html>", "text/html"),
            ["html-201"] = Reply(201, "<html><body>Sign in</body></html>", "text/html"),
            ["html-as-json"] = Reply(201, "<html><body>Sign in</body></html>"),
            ["empty-object"] = Reply(201, "{}"),
            ["empty-body"] = Reply(201, string.Empty),
            ["json-list"] = Reply(201, "[1, 2]"),
            ["no-client.pem"] = Change(files => files.Remove("client.pem")),
            ["no-root.crt"] = Change(files => files.Remove("root.crt")),
            ["no-sota.toml"] = Change(files => files.Remove("sota.toml")),
            ["empty-sota.toml"] = Change(files => files["sota.toml"] = string.Empty),
            ["own-p11"] = Change(files => files["sota.toml"] += "\n[p11]\nmodule = \"/evil.so\"\n"),
            ["stranger"] = Change(files => files["client.pem"] = SelfSigned.Stranger()),
            ["garbage-certificate"] = Change(files => files["client.pem"] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            ["evil-name"] = Change(files => files["../evil"] = "x"),
            ["private-key-name"] = Change(files => files["pkey.pem"] = "x"),
            ["duplicate-name"] = DuplicateAsync,
            // As the reference server says it: plain words that are labelled as a page.
            ["status-400"] = Reply(400, "Missing required field 'hardware-id'", "text/html; charset=utf-8"),
            ["hostile-words"] = Reply(400, "no\n<0>\u001b[2J\u009b31m\u202eevil\u2028http://user:sesame-4711@portal.example/ end", "text/plain"),
            ["hostile-header"] = (call, _, stop) => call.SendAsync("HTTP/1.1 201 Created\r\nX \u001b[2J\u0007<0>evil\r\n\r\n", stop),
            ["status-401"] = Reply(401, "{\"error\": \"Provided token value is not valid\"}"),
            ["status-403"] = Reply(403, "{\"error\": \"The token lacks the scope devices:create\"}"),
            ["status-404"] = Reply(404, "{\"error\": \"No such factory\"}"),
            ["json-429"] = Reply(429, "{\"error\": \"slowly\"}"),
            ["status-409"] = Reply(409, "{\"error\": \"A device with this uuid exists\"}"),
            ["page-400"] = Reply(400, "<html>400 Bad Request: plain HTTP to an HTTPS port</html>", "text/html"),
            ["page-401"] = Reply(401, "<html>401 Authorization Required</html>", "text/html"),
            ["page-403"] = Reply(403, "<html>Request blocked by the firewall</html>", "text/html"),
            ["page-404"] = Reply(404, "<html>404 Not Found (ingress)</html>", "text/html"),
            ["page-409"] = Reply(409, "<html>409</html>", "text/html"),
            ["words-400"] = Reply(400, "missing field", "text/plain"),
            ["words-403"] = Reply(403, "RBAC: access denied", "text/plain"),
            ["words-404"] = Reply(404, "404 page not found\n", "text/plain"),
            ["words-405"] = Reply(405, "Method Not Allowed", "text/plain"),
            ["words-413"] = Reply(413, "Payload Too Large", "text/plain"),
            ["words-422"] = Reply(422, "422", "text/plain"),
            ["nothing-401"] = Reply(401, string.Empty, "text/plain"),
            ["nothing-404"] = Reply(404, string.Empty, "text/plain"),
            ["proxy-407"] = Reply(407, "{\"error\": \"Proxy authentication required\"}"),
            ["words-200"] = Reply(200, "success", "text/plain"),
            ["status-500"] = Reply(500, "<html>500</html>", "text/html"),
            ["status-502"] = Reply(502, "Bad gateway", "text/plain"),
            ["status-503"] = Reply(503, "<html>503</html>", "text/html"),
            ["retry-after-seconds"] = Reply(503, "busy", "text/plain", () => "Retry-After: 1\r\n"),
            ["retry-after-date"] = Reply(503, "busy", "text/plain", () => $"Retry-After: {DateTime.UtcNow.AddSeconds(2).ToString("R", CultureInfo.InvariantCulture)}\r\n"),
            ["status-429"] = Reply(429, "slowly", "text/plain", () => "Retry-After: 1\r\n"),
            ["redirect-same-host"] = Reply(307, string.Empty, "text/plain", () => "Location: /elsewhere\r\n"),
            ["redirect-other-host"] = Reply(302, string.Empty, "text/plain", () => "Location: https://portal.example/\r\n"),
            ["redirect-http"] = Reply(302, string.Empty, "text/plain", () => "Location: http://portal.example/\r\n"),
            ["informational"] = async (call, origin, stop) =>
            {
                await call.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", stop);
                await OfAnswers!["fine"](call, origin, stop);
            },
            ["hang"] = (_, _, stop) => Task.Delay(Timeout.Infinite, stop),
            ["slow-headers"] = (call, _, stop) => TrickleAsync(call, "HTTP/1.1 201 Created\r\nX-Slow: ", stop),
            ["slow-body"] = async (call, _, stop) =>
            {
                await call.SendAsync(HttpReply.Text(201, string.Empty).Head(10000), stop);
                await TrickleAsync(call, "{", stop);
            },
            ["reset-after-request"] = (_, _, _) => Task.CompletedTask,
            ["reset-in-headers"] = (call, _, stop) => call.SendAsync("HTTP/1.1 201 Crea", stop),
            ["reset-in-body"] = async (call, origin, stop) =>
            {
                HttpReply reply = await origin.AnswerAsync(call, stop);
                await call.SendAsync(reply.Head(reply.Body.Length), stop);
                await call.SendAsync(reply.Body[..(reply.Body.Length / 2)], stop);
            },
            ["length-too-short"] = async (call, origin, stop) =>
            {
                HttpReply reply = await origin.AnswerAsync(call, stop);
                await call.SendAsync(reply.Head(reply.Body.Length / 2), stop);
                await call.SendAsync(reply.Body, stop);
            },
            ["gzip-bomb"] = async (call, _, stop) =>
            {
                var reply = new HttpReply(201, GzipBomb, Extra: "Content-Encoding: gzip\r\n");
                await call.AnswerAsync(reply, stop);
            },
            ["100-megabytes"] = async (call, _, stop) =>
            {
                await call.SendAsync(HttpReply.Text(201, string.Empty).Head(100_000_000), stop);
                byte[] block = new byte[100_000];
                for (int i = 0; i < 1000; i++)
                {
                    await call.SendAsync(block, stop);
                }
            },
            ["lost"] = async (call, origin, stop) => await origin.AnswerAsync(call, stop),
        };

    /// <summary>Faults of the connection; they read and write below TLS.</summary>
    public static IReadOnlyDictionary<string, Func<Stream, CancellationToken, Task>> OfConnections { get; } =
        new Dictionary<string, Func<Stream, CancellationToken, Task>>
        {
            ["refused"] = (_, _) => Task.CompletedTask,
            ["no-handshake"] = (_, stop) => Task.Delay(Timeout.Infinite, stop),
            ["garbage-tls"] = async (raw, stop) =>
            {
                _ = await raw.ReadAsync(new byte[1024], stop);
                await raw.WriteAsync(Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2\r\n"), stop);
            },
            ["plain-http"] = async (raw, stop) =>
            {
                _ = await raw.ReadAsync(new byte[1024], stop);
                await raw.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), stop);
            },
        };

    // Made once and before anybody waits for it: the clients of tests are impatient.
    private static Func<HttpCall, IOrigin, CancellationToken, Task> Reply(int status, string body, string type = "application/json", Func<string>? extra = null) =>
        (call, _, stop) => call.AnswerAsync(HttpReply.Text(status, body, type, extra?.Invoke() ?? string.Empty), stop);

    private static Func<HttpCall, IOrigin, CancellationToken, Task> Change(Action<Dictionary<string, string>> change) =>
        async (call, origin, stop) =>
        {
            HttpReply reply = await origin.AnswerAsync(call, stop);
            Dictionary<string, string> files = JsonSerializer.Deserialize<Dictionary<string, string>>(reply.Body)!;
            change(files);
            await call.AnswerAsync(reply with { Body = JsonSerializer.SerializeToUtf8Bytes(files) }, stop);
        };

    private static async Task DuplicateAsync(HttpCall call, IOrigin origin, CancellationToken stop)
    {
        HttpReply reply = await origin.AnswerAsync(call, stop);
        string twice = Encoding.UTF8.GetString(reply.Body).TrimEnd()[..^1] + ",\"root.crt\":\"x\"}";
        await call.AnswerAsync(HttpReply.Text(201, twice), stop);
    }

    private static async Task TrickleAsync(HttpCall call, string start, CancellationToken stop)
    {
        await call.SendAsync(start, stop);
        while (true)
        {
            await Task.Delay(50, stop);
            await call.SendAsync("x", stop);
        }
    }

    private static byte[] Bomb()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1024 * 1024];
            for (int i = 0; i < 50; i++)
            {
                gzip.Write(zeros);
            }
        }

        return bomb.ToArray();
    }
}
