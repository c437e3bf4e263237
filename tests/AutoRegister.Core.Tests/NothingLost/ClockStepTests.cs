using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Api;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>A clock that is set back while a device registers: it is named, waited for, and the answer is not asked for twice.</summary>
public sealed class ClockStepTests
{
    private readonly SettableTime time = new(DateTimeOffset.UtcNow) { Step = TimeSpan.FromDays(-9000) };

    [Fact(DisplayName = "a clock that jumps back during the run is named, and the next run takes the answer that is here")]
    public async Task TheNextRunTakesTheAnswer()
    {
        await using var network = new FaultyNetwork("fine") { Time = time };
        AutoRegisterException error = await network.FailAsync(ErrorId.ClockNotSet);
        Assert.Contains("the clock is not set", error.Message, StringComparison.Ordinal);
        time.Step = TimeSpan.Zero;
        await network.SucceedAsync();
        Assert.Single(network.Server.Requests);
    }

    [Fact(DisplayName = "the same run waits until the clock is set")]
    public async Task TheSameRunWaits()
    {
        await using var network = new FaultyNetwork("fine") { Time = time };
        Task run = network.SucceedAsync(retrySeconds: 600);
        while (network.Observer.Warnings.IsEmpty)
        {
            Assert.False(run.IsCompleted);
            await Task.Delay(20);
        }

        Assert.Contains(network.Observer.Warnings, warning => warning.Contains("as soon as the clock is set", StringComparison.Ordinal));
        time.Step = TimeSpan.Zero;
        await run;
        Assert.Single(network.Server.Requests);
    }
}
