using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Admin;

/// <summary>Who is logged in at the screen. In memory alone: a restart logs everybody out.</summary>
/// <param name="passwordFile">The password; read at each login, so that another one needs no restart.</param>
internal sealed class ScreenSessions(string passwordFile, int attemptsPerMinute, TimeProvider clock) : IDisposable
{
    private const int Most = 1000;

    // A shift and a bit: who sits down at the screen logs in.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, ScreenSession> sessions = new(StringComparer.Ordinal);

    // Every attempt counts before it is looked at: attempts that are made together gain nothing.
    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = attemptsPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0,
        }));

    /// <summary>The session that a cookie names; null when it is none, or its time is over.</summary>
    public ScreenSession? Find(string? cookie) =>
        cookie is not null && sessions.TryGetValue(cookie, out ScreenSession? session) && clock.GetUtcNow() < session.Expires ? session : null;

    /// <summary>Logs a person in.</summary>
    /// <param name="person">The name they gave, for the audit.</param>
    /// <returns>The cookie's value, or null when the password is wrong.</returns>
    /// <exception cref="RefusedException">Too many attempts were made from there.</exception>
    public string? LogIn(HttpContext context, string person, string password)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(AddressRanges.Of(context) ?? "");
        if (!lease.IsAcquired)
        {
            throw new RefusedException(new Refusal(RefusalKind.TooMany, "Too many attempts to log in", TimeSpan.FromMinutes(1)));
        }

        byte[] right = SecretFile.ReadLine(passwordFile, "the screen's password", "write one into it");
        bool same = CryptographicOperations.FixedTimeEquals(SHA256.HashData(right), SHA256.HashData(Encoding.UTF8.GetBytes(password)));
        CryptographicOperations.ZeroMemory(right);
        if (!same)
        {
            return null;
        }

        RemoveOld();
        string cookie = Random();
        sessions[cookie] = new ScreenSession(person, Random(), clock.GetUtcNow() + Lifetime);
        return cookie;
    }

    /// <summary>Logs out.</summary>
    public void LogOut(string? cookie)
    {
        if (cookie is not null)
        {
            sessions.TryRemove(cookie, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();

    private void RemoveOld()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach ((string? cookie, ScreenSession _) in sessions.OrderBy(one => one.Value.Expires).TakeWhile((one, index) => one.Value.Expires <= now || sessions.Count - index >= Most))
        {
            sessions.TryRemove(cookie, out _);
        }
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}

/// <summary>A person at the screen.</summary>
/// <param name="Person">As they called themselves.</param>
/// <param name="FormToken">What each of their forms carries: a page of another site does not know it.</param>
/// <param name="Expires">When they must log in again.</param>
internal sealed record ScreenSession(string Person, string FormToken, DateTimeOffset Expires);
