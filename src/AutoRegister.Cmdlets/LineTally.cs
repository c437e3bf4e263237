using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace AutoRegister.Cmdlets;

/// <summary>What a cmdlet has done on a line, as a person watches it.</summary>
/// <param name="progressId">Tells the progress bars of the pipeline's cmdlets apart.</param>
/// <param name="activity">What the cmdlet does.</param>
/// <param name="expected">How many devices there will be; 0 when nobody said.</param>
internal sealed class LineTally(int progressId, string activity, int expected)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private TimeSpan shown = -Pause;

    internal int Done { get; private set; }

    internal int Failed { get; private set; }

    internal void Count(bool failed)
    {
        if (failed)
        {
            Failed++;
        }
        else
        {
            Done++;
        }
    }

    /// <summary>The progress, when it is time to show it again.</summary>
    internal ProgressRecord? Progress(int running)
    {
        if (watch.Elapsed - shown < Pause)
        {
            return null;
        }

        shown = watch.Elapsed;
        double rate = (Done + Failed) / Math.Max(watch.Elapsed.TotalSeconds, 0.001);
        int left = expected - Done - Failed;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Done}{(expected > 0 ? $" of {expected}" : string.Empty)} done, {Failed} failed, {running} on their way, {rate:0.#}/s");
        var record = new ProgressRecord(progressId, activity, text);
        if (expected > 0)
        {
            record.PercentComplete = (int)Math.Clamp(100L * (Done + Failed) / expected, 0, 100);
            record.SecondsRemaining = rate > 0 && left > 0 ? (int)Math.Min(left / rate, int.MaxValue) : 0;
        }

        return record;
    }

    internal ProgressRecord Completed() => new(progressId, activity, "done") { RecordType = ProgressRecordType.Completed };

    internal string Summary(int running) =>
        string.Create(CultureInfo.InvariantCulture, $"{Done} done, {Failed} failed, {running} stopped on their way: running the same line again continues them");
}
