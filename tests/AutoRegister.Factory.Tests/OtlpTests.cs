using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Metrics over OTLP, to an endpoint on loopback that takes HTTP with protobuf and keeps the bytes: it knows no more of the protocol.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string? Type, byte[] Body)> received = [];
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("otlp-");
    private readonly WebApplication receiver;

    public OtlpTests()
    {
        receiver = WebApplication.CreateSlimBuilder().Build();
        receiver.Urls.Add("http://127.0.0.1:0");
        receiver.MapMethods("/{**path}", ["POST"], async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path, context.Request.ContentType, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    public Task InitializeAsync() => receiver.StartAsync();

    [Fact]
    public async Task Where_the_standard_variable_names_an_endpoint_it_gets_the_metrics()
    {
        string password = Path.Combine(home.FullName, "password");
        await File.WriteAllTextAsync(password, "a password\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var server = new ServeProcess(settings => settings["Admin"] = new JsonObject { ["Listen"] = "127.0.0.1:0", ["PasswordFile"] = password })
        {
            Environment =
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Urls.Single(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            },
        };
        await server.RunAsync("station", "add", "line-1", "--token-file", Path.Combine(server.Home, "station-token"));
        await server.StartAsync();
        using HttpClient client = server.Client();
        using var device = new TestDevice();
        (await server.RegisterAsync(client, device)).Dispose();
        await server.WaitAsync(() => received.Any(one => Has(one.Body, "lmp_factory.registrations") && Has(one.Body, "issued")), "the registration was reported");
        (string path, string? type, byte[] body) = received.Last(one => Has(one.Body, "lmp_factory.registrations"));
        Assert.Equal(("/v1/metrics", "application/x-protobuf"), (path, type));
        Assert.True(Has(body, "lmp_factory.devices"));
        Assert.False(Has(body, device.Uuid));
    }

    public async Task DisposeAsync()
    {
        await receiver.DisposeAsync();
        home.Delete(recursive: true);
    }

    private static bool Has(byte[] body, string text) => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
