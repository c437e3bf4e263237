namespace AutoRegister.Factory.Http;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: it can register a device now; else 503 and what is missing, for
/// a load balancer that then asks another server.
/// </summary>
/// <param name="check">What is missing, or null.</param>
/// <param name="warnings">What will be missing one day: told with it, and no reason to ask another server.</param>
internal sealed class HealthEndpoints(Func<CancellationToken, Task<string?>> check, Func<IReadOnlyList<string>> warnings)
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
        string told = string.Concat(warnings().Select(warning => $"warning: {warning}\n"));
        await context.Response.WriteAsync($"{missing ?? "ready"}\n{told}", context.RequestAborted);
    }
}
