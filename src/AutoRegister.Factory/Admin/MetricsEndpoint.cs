using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Policy;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AutoRegister.Factory.Admin;

/// <summary>
/// <c>/metrics</c>, in the format of Prometheus, for the addresses that may read it; and the same over OTLP, where the
/// standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says to whom.
/// </summary>
internal sealed class MetricsEndpoint : IDisposable
{
    private readonly AddressRanges ranges;
    private readonly MeterProvider provider;

    /// <summary>Starts to collect.</summary>
    public MetricsEndpoint(AddressRanges ranges)
    {
        this.ranges = ranges;
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder()
            .AddMeter(FactoryMeter.Name)
            .AddPrometheusExporter();
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
        {
            builder.AddOtlpExporter();
        }

        provider = builder.Build();
    }

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        RequestDelegate scrape = routes.CreateApplicationBuilder()
            .UseOpenTelemetryPrometheusScrapingEndpoint(provider, _ => true, null, null, null)
            .Build();
        routes.MapMethods("/metrics", [HttpMethods.Get], context =>
        {
            if (ranges.Contain(context.Connection.RemoteIpAddress))
            {
                // The exporter is a middleware: it does nothing where routing has found an endpoint.
                context.SetEndpoint(null);
                return scrape(context);
            }

            return Answer.ErrorAsync(context, StatusCodes.Status403Forbidden, "The metrics are for other addresses: see Admin:MetricsAddresses");
        });
    }

    /// <inheritdoc/>
    public void Dispose() => provider.Dispose();
}
