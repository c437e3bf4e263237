using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoRegister.Factory.Http;

/// <summary>One HTTPS port: a web application of its own, so that what one port serves the other never does.</summary>
internal sealed class SecurePort : IAsyncDisposable
{
    private const int LargestBody = 64 * 1024;

    // Longer than the slowest part of a request that still succeeds: a database that answers late, a module that signs slowly.
    private static readonly TimeSpan Finishing = TimeSpan.FromSeconds(20);

    private readonly WebApplication application;

    private SecurePort(WebApplication application, int number)
    {
        this.application = application;
        Number = number;
    }

    /// <summary>The port's number, known once it listens.</summary>
    public int Number { get; }

    /// <summary>Starts to listen.</summary>
    public static async Task<SecurePort> StartAsync(
        string name, IPEndPoint endpoint, TlsHandshakeCallbackOptions tls, PortLimits limits, RequestLog log, Action<IEndpointRouteBuilder> map)
    {
        // "Empty" reads no settings files and no environment: the command line alone says what this server does.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Error)
            // A failure to start is an exception, and reported once, as that.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddSimpleConsole(console => console.SingleLine = true)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, ProcessLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Finishing);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel, limits);
            kestrel.Listen(endpoint, listen =>
            {
                listen.Use(new ConnectionLimit(limits.ConnectionsPerAddress).Around);
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(tls);
            });
        });

        WebApplication application = builder.Build();
        application.Use(next => async context =>
        {
            await ErrorAnswers.HandleAsync(context, next);
            log.Add(name, context);
        });
        if (limits.RequestsPerSecond is { } rate)
        {
            application.Use(new RequestRate(rate).LimitAsync);
        }

        application.UseRouting();
        application.Use(next => context => ExactPath.RequireAsync(context, next));
        map(application);
        try
        {
            await application.StartAsync();
        }
        catch (IOException)
        {
            await application.DisposeAsync();
            throw;
        }

        return new SecurePort(application, new Uri(application.Urls.Single()).Port);
    }

    /// <summary>Lets the requests under way finish, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }

    private static void Limit(KestrelServerOptions kestrel, PortLimits limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
    }

    // Signals end the process in one place, for both ports in the right order: not here.
    private sealed class ProcessLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
