using System.Net;
using System.Threading.RateLimiting;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Http;

/// <summary>Answers 429 with Retry-After to an address that sends more requests than it may: a bucket of ten seconds' worth.</summary>
internal sealed class RequestRate(int perSecond)
{
    private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(
        context => RateLimitPartition.GetTokenBucketLimiter(
            ClientNetwork.Of(context.Connection.RemoteIpAddress),
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond * 10,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                AutoReplenishment = true,
                QueueLimit = 0,
            }));

    /// <summary>The middleware.</summary>
    public async Task LimitAsync(HttpContext context, RequestDelegate next)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = "1";
        await Answer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests from this address");
    }
}
