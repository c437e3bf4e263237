using System.Net;
using System.Threading.RateLimiting;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Registration;

/// <summary>
/// Counts the wrong tokens of each client, and those who come from elsewhere to where none is asked for. One that sends too many is told so and no longer written into the audit; the right
/// token is taken all the same, as a station may stand behind the same address as whoever guesses.
/// </summary>
internal sealed class WrongTokens(int perMinute)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        client => RateLimitPartition.GetFixedWindowLimiter(
            client, _ => new FixedWindowRateLimiterOptions { PermitLimit = perMinute, Window = Window, QueueLimit = 0 }));

    /// <summary>Counts one; returns what it is answered.</summary>
    public Refusal Count(IPAddress? address) =>
        Count(address, new Refusal(RefusalKind.Unauthenticated, RequestToken.Refusal), "Too many wrong tokens from this address");

    /// <summary>Counts one that is no wrong token; returns what it is answered: the refusal, or that there were too many.</summary>
    public Refusal Count(IPAddress? address, Refusal refusal, string tooMany)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(ClientNetwork.Of(address));
        return lease.IsAcquired ? refusal : new Refusal(RefusalKind.TooMany, tooMany, Window);
    }
}
