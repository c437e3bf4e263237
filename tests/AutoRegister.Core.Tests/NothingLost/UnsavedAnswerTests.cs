using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>An answer that came and could not be saved: a directory is in its place, which stops root too.</summary>
public sealed class UnsavedAnswerTests
{
    private string answer = string.Empty;

    [Fact(DisplayName = "an answer that could not be saved is saved by the next try of the same run, and not asked for twice")]
    public async Task TheSameRunSavesIt()
    {
        await using FaultyNetwork network = Obstruct("fine");
        Task run = network.SucceedAsync(retrySeconds: 600);
        while (network.Observer.Warnings.IsEmpty)
        {
            Assert.False(run.IsCompleted);
            await Task.Delay(20);
        }

        Assert.Contains(network.Observer.Warnings, warning => warning.Contains(answer, StringComparison.Ordinal));
        Directory.Delete(answer);
        await run;
        Assert.Single(network.Server.Requests);
    }

    [Fact(DisplayName = "one that the run could not save until its end is asked for again with the same bytes")]
    public async Task TheNextRunAsksForIt()
    {
        await using FaultyNetwork network = Obstruct("fine,fine");
        AutoRegisterException error = await network.FailAsync(ErrorId.WriteFailed);
        Assert.Equal((FailureSort.TryAgain, (object)answer), (error.Sort, error.Target));
        network.Observer.AtStep = null;
        Directory.Delete(answer);
        await network.SucceedAsync();
        Assert.Equal(2, network.Server.Requests.Count);
        Assert.Single(network.Server.Requests.Distinct());
    }

    // When the request is about to be sent: what is in the journal before is looked at, and a directory in it set aside.
    private FaultyNetwork Obstruct(string script)
    {
        var network = new FaultyNetwork(script);
        answer = Path.Join(network.Journal.JournalPath, "answer.json");
        network.Observer.AtStep = step =>
        {
            if (step.StartsWith("Registering device", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(answer);
            }
        };
        return network;
    }
}
