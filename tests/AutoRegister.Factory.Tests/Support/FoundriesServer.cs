using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>An HTTPS server on loopback at the place of Foundries.io's API: it keeps what it was sent, and answers as a test says.</summary>
internal sealed class FoundriesServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private FoundriesServer(WebApplication application, string pem)
    {
        this.application = application;
        RootPem = pem;
        application.MapMethods("/ota/devices/", ["PUT"], async context =>
        {
            JsonObject body = JsonNode.Parse(await new StreamReader(context.Request.Body).ReadToEndAsync())!.AsObject();
            Requests.Enqueue((DateTimeOffset.UtcNow, context.Request.Headers["OSF-TOKEN"].ToString(), body));
            await Answer(context);
        });
    }

    /// <summary>The certificate to trust.</summary>
    public string RootPem { get; }

    /// <summary>What came: when, with which token, with what in it.</summary>
    public ConcurrentQueue<(DateTimeOffset Time, string Token, JsonObject Body)> Requests { get; } = new();

    /// <summary>How it answers; 201 at first.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => RespondAsync(context, 201, "{}");

    /// <summary>Its base.</summary>
    public string Url => $"{application.Urls.Single()}/ota/";

    /// <summary>Starts one.</summary>
    public static async Task<FoundriesServer> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var server = new FoundriesServer(builder.Build(), certificate.ExportCertificatePem());
        await server.application.StartAsync();
        return server;
    }

    /// <summary>An answer.</summary>
    public static Task RespondAsync(HttpContext context, int status, string text, int? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        return context.Response.WriteAsync(text);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await application.DisposeAsync();
}
