using System.Net;
using System.Threading.RateLimiting;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Registration;

/// <summary>
/// Counts the wrong tokens of each address. One that sends too many is told so and no longer written into the audit; the right
/// token is taken all the same, as a station may stand behind the same address as whoever guesses.
/// </summary>
internal sealed class WrongTokens(int perMinute)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetFixedWindowLimiter(
            address, _ => new FixedWindowRateLimiterOptions { PermitLimit = perMinute, Window = Window, QueueLimit = 0 }));

    /// <summary>Counts one; returns what it is answered.</summary>
    public Refusal Count(IPAddress? address)
    {
        using var lease = limiter.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired
            ? new Refusal(RefusalKind.Unauthenticated, RequestToken.Refusal)
            : new Refusal(RefusalKind.TooMany, "Too many wrong tokens from this address", Window);
    }
}
