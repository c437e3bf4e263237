using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>An HTTPS server on loopback at the place of Foundries.io's API, or of a gateway that takes the deny list: it keeps what it was sent, and answers as a test says.</summary>
internal sealed class ReceiverServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private ReceiverServer(WebApplication application, string pem)
    {
        this.application = application;
        RootPem = pem;
        application.MapMethods("/{**path}", ["PUT"], async context =>
        {
            JsonObject body = JsonNode.Parse(await new StreamReader(context.Request.Body).ReadToEndAsync())!.AsObject();
            Requests.Enqueue(new ReceivedReport(DateTimeOffset.UtcNow, context.Request.Path, TokenOf(context.Request.Headers), body));
            await Answer(context);
        });
    }

    /// <summary>The certificate to trust.</summary>
    public string RootPem { get; }

    /// <summary>What came.</summary>
    public ConcurrentQueue<ReceivedReport> Requests { get; } = new();

    /// <summary>How it answers; 201 at first.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => RespondAsync(context, 201, "{}");

    /// <summary>Its base as Foundries.io's API.</summary>
    public string Url => Base("ota");

    /// <summary>A base of another name.</summary>
    public string Base(string name) => $"{application.Urls.Single()}/{name}/";

    /// <summary>Starts one.</summary>
    public static async Task<ReceiverServer> StartAsync()
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
        var server = new ReceiverServer(builder.Build(), certificate.ExportCertificatePem());
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

    private static string TokenOf(IHeaderDictionary headers) => headers["OSF-TOKEN"] is [{ } token] ? token : headers.Authorization.ToString();
}

/// <summary>What came: when, at which path, with which token, with what in it.</summary>
internal sealed record ReceivedReport(DateTimeOffset Time, string Path, string Token, JsonObject Body);
