using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api;

/// <summary>
/// The device's clock, watched from the beginning of a run: whether it can be right, and whether it was set meanwhile. A board without
/// a battery begins at some date of its past, and one with a wrong battery can begin in the future.
/// </summary>
/// <param name="time">The clock; its timestamps do not change when it is set.</param>
internal sealed class ClockWatch(TimeProvider time)
{
    // A device certificate may begin a day before or after the clock (IssuedCertificate): what is less does not keep a device from registering.
    private static readonly TimeSpan Harmless = TimeSpan.FromDays(1);

    // More than any slewing, less than anybody's mistake.
    private static readonly TimeSpan Noticeable = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private readonly DateTimeOffset began = time.GetUtcNow();
    private readonly long mark = time.GetTimestamp();

    /// <summary>Whether it is past the day this software was made.</summary>
    internal bool IsSet => time.GetUtcNow() >= BuildInformation.ReleaseDate;

    /// <summary>What it says, and whether it was set during this run, as the middle of a sentence.</summary>
    internal string Words
    {
        get
        {
            TimeSpan step = Step;
            string stepped = step.Duration() < Noticeable ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $", after it was set {(step < TimeSpan.Zero ? "back" : "forward")} by {step.Duration():d\\.hh\\:mm\\:ss} during this run");
            return string.Create(CultureInfo.InvariantCulture, $"the clock of this device says {time.GetUtcNow():u}{stepped}");
        }
    }

    private TimeSpan Step => TimeSpan.FromSeconds(Math.Round((time.GetUtcNow() - began - time.GetElapsedTime(mark)).TotalSeconds));

    /// <summary>
    /// Compares it with a server's (RFC 9110, section 6.6.1) before anything is sent that a server answers once only. A clock that is behind
    /// would refuse the certificate as not valid yet; one that is ahead would not.
    /// </summary>
    /// <param name="said">Its answer's date; <see langword="null"/> when it has none.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ClockNotSet"/> or <see cref="ErrorId.ClockWrong"/>.</exception>
    internal void Compare(Uri api, DateTimeOffset? said)
    {
        bool behind = time.GetUtcNow() + Harmless < said;
        if (!IsSet && (behind || said is null))
        {
            throw ClockErrors.NotSet(Words, api);
        }

        if (behind)
        {
            throw ClockErrors.Wrong(string.Create(CultureInfo.InvariantCulture, $"{Words}, and that of '{api.Host}' {said:u}"), api);
        }
    }

    /// <summary>Waits until the clock is set, or for as long as the caller would wait anyway.</summary>
    internal async Task WaitUntilSetAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        var since = new ClockWatch(time);
        for (TimeSpan left = atMost; left > TimeSpan.Zero && since.Step.Duration() < Noticeable; left -= Glance)
        {
            await Task.Delay(left < Glance ? left : Glance, time, cancellation).ConfigureAwait(false);
        }
    }
}
