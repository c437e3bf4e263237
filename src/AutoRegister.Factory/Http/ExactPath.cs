using Microsoft.AspNetCore.Http.Features;

namespace AutoRegister.Factory.Http;

/// <summary>
/// Lets a request through only when its target is the route as it is written: routing itself ignores case and reads
/// <c>%73</c> as <c>s</c>, which a proxy's access rules in front of this server do not.
/// </summary>
internal static class ExactPath
{
    /// <summary>The middleware, for after routing. A route with parameters takes whatever they match; one slash at the end is free.</summary>
    public static Task RequireAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: { Parameters.Count: 0, RawText: { } pattern } } || IsAsWritten(context, pattern))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static bool IsAsWritten(HttpContext context, string pattern)
    {
        ReadOnlySpan<char> target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        int query = target.IndexOf('?');
        ReadOnlySpan<char> path = query < 0 ? target : target[..query];
        return WithoutSlash(path).SequenceEqual(WithoutSlash(pattern));
    }

    private static ReadOnlySpan<char> WithoutSlash(ReadOnlySpan<char> path) => path.Length > 1 && path[^1] == '/' ? path[..^1] : path;
}
