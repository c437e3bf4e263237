using System.Security.Cryptography;
using System.Text;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.OAuth;

/// <summary>
/// The state of the device flow, in the ledger: a restart loses no code and no decision. Device codes and access tokens
/// are kept as hashes only.
/// </summary>
internal sealed class DeviceAuthorizations(
    LedgerWriter writer, TimeProvider clock, TimeSpan codeLifetime, TimeSpan interval)
{
    // RFC 8628 section 3.5: each slow_down adds five seconds.
    private const int SlowDownSeconds = 5;

    /// <summary>How long an access token is good for: long enough for a device that must retry.</summary>
    public static TimeSpan TokenLifetime { get; } = TimeSpan.FromHours(1);

    /// <summary>How long a device code waits.</summary>
    public TimeSpan CodeLifetime => codeLifetime;

    /// <summary>How far apart polls must be.</summary>
    public TimeSpan Interval => interval;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts the flow for a device.</summary>
    public async Task<DeviceGrant> StartAsync(string uuid)
    {
        var grant = new DeviceGrant(NewSecret(), UserCode.New());
        await writer.DoAsync(session =>
        {
            session.Run(
                "DELETE FROM device_codes WHERE expires < $1 AND coalesce(access_token_expires, 0) < $1",
                Now - (long)TimeSpan.FromDays(1).TotalMilliseconds);
            return session.Run(
                "INSERT INTO device_codes (device_code_sha256, user_code, uuid, state, expires, interval_seconds) VALUES ($1, $2, $3, 'pending', $4, $5)",
                Digest(grant.DeviceCode), grant.UserCode, uuid, Now + (long)codeLifetime.TotalMilliseconds, (long)interval.TotalSeconds);
        });
        return grant;
    }

    /// <summary>Answers a device's poll.</summary>
    public Task<PollResult> PollAsync(string deviceCode, string uuid) => writer.DoAsync(session => Poll(session, Digest(deviceCode), uuid));

    /// <summary>The device that shows this code, if it still waits.</summary>
    public Task<WaitingDevice?> FindWaitingAsync(string userCode) =>
        writer.DoAsync(session => session.First(
            "SELECT user_code, uuid FROM device_codes WHERE user_code = $1 AND state = 'pending' AND expires > $2",
            row => new WaitingDevice(row.GetString(0), row.GetString(1)), userCode, Now));

    /// <summary>Records a person's decision; false when the device no longer waits.</summary>
    public Task<bool> DecideAsync(string userCode, bool approve) =>
        writer.DoAsync(session => session.Run(
            "UPDATE device_codes SET state = $2 WHERE user_code = $1 AND state = 'pending' AND expires > $3",
            userCode, approve ? "approved" : "denied", Now) == 1);

    /// <summary>The UUID an access token was issued for, or null when it is none of ours or has expired.</summary>
    public Task<string?> HolderOfAsync(string accessToken) =>
        writer.DoAsync(session => session.First(
            "SELECT uuid FROM device_codes WHERE access_token_sha256 = $1 AND access_token_expires > $2",
            row => row.GetString(0), Digest(accessToken), Now));

    private PollResult Poll(LedgerSession session, string digest, string uuid)
    {
        Tuple<string, string, long, long, long?>? code = session.First(
            "SELECT uuid, state, expires, interval_seconds, last_poll FROM device_codes WHERE device_code_sha256 = $1",
            row => Tuple.Create(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.NumberOrNull(4)),
            digest);
        if (code is null || !string.Equals(code.Item1, uuid, StringComparison.Ordinal))
        {
            return new PollResult(null, "invalid_grant");
        }

        (string _, string? state, long expires, long seconds, long? lastPoll) = code;
        long now = Now;
        return state switch
        {
            "used" => new PollResult(null, "invalid_grant"),
            _ when expires <= now => new PollResult(null, "expired_token"),
            "denied" => new PollResult(null, "access_denied"),
            _ when lastPoll is { } last && now - last < seconds * 1000 => Delay(session, digest, now, seconds + SlowDownSeconds, "slow_down"),
            "pending" => Delay(session, digest, now, seconds, "authorization_pending"),
            _ => Redeem(session, digest, now),
        };
    }

    private static PollResult Delay(LedgerSession session, string digest, long now, long seconds, string error)
    {
        session.Run("UPDATE device_codes SET last_poll = $2, interval_seconds = $3 WHERE device_code_sha256 = $1", digest, now, seconds);
        return new PollResult(null, error);
    }

    private static PollResult Redeem(LedgerSession session, string digest, long now)
    {
        string token = NewSecret();
        session.Run(
            "UPDATE device_codes SET state = 'used', access_token_sha256 = $2, access_token_expires = $3 WHERE device_code_sha256 = $1",
            digest, Digest(token), now + (long)TokenLifetime.TotalMilliseconds);
        return new PollResult(token, null);
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string Digest(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
