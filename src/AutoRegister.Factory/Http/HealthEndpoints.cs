namespace AutoRegister.Factory.Http;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: it can register a device now; else 503 and what is missing, for
/// a load balancer that then asks another server.
/// </summary>
/// <param name="check">What is missing, or null.</param>
internal sealed class HealthEndpoints(Func<CancellationToken, Task<string?>> check)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], context => context.Response.WriteAsync("ok\n", context.RequestAborted));
        routes.MapMethods("/readyz", [HttpMethods.Get, HttpMethods.Head], ReadyAsync);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        string? missing = await check(context.RequestAborted);
        context.Response.StatusCode = missing is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsync((missing ?? "ready") + "\n", context.RequestAborted);
    }
}
