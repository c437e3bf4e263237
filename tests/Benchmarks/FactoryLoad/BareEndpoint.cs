using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FactoryLoad;

/// <summary>An HTTPS endpoint that reads a body and answers with a file's bytes: the floor under every registration.</summary>
internal static class BareEndpoint
{
    /// <summary>Runs until SIGTERM; prints its URL.</summary>
    public static async Task<int> RunAsync(string answerFile)
    {
        byte[] answer = await File.ReadAllBytesAsync(answerFile);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(MakeCertificate());
        }));
        WebApplication application = builder.Build();
        application.MapPost("/ota/devices/", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(answer);
        });
        await application.StartAsync();
        Console.WriteLine($"{application.Urls.Single()}/ota/devices/");
        await application.WaitForShutdownAsync();
        return 0;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
