using AutoRegister.Core.Storage;
using Xunit;

namespace AutoRegister.Core.Tests.Storage;

/// <summary>One flush for all that wait: none goes on before one that began after it came, and a failure is everybody's.</summary>
public sealed class GroupFlushTests
{
    [Fact]
    public async Task Those_that_come_during_a_flush_share_the_next_one()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        int flushes = 0;
        var group = new GroupFlush(() =>
        {
            Interlocked.Increment(ref flushes);
            begun.Set();
            goOn.Wait();
        });
        Task first = OnThread(group.Wait);
        begun.Wait();
        Task[] others = [.. Enumerable.Range(0, 8).Select(_ => OnThread(group.Wait))];
        SpinWait.SpinUntil(() => group.Waiting == 8);
        Assert.DoesNotContain(others, other => other.IsCompleted);

        goOn.Set();

        await Task.WhenAll([first, .. others]);
        Assert.Equal(2, flushes);
    }

    [Fact]
    public async Task A_failure_is_that_of_all_who_wait_and_not_of_who_comes_later()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        int flushes = 0;
        var group = new GroupFlush(() =>
        {
            begun.Set();
            goOn.Wait();
            if (Interlocked.Increment(ref flushes) == 2)
            {
                throw new IOException("worn");
            }
        });
        Task first = OnThread(group.Wait);
        begun.Wait();
        Task[] others = [.. Enumerable.Range(0, 4).Select(_ => OnThread(group.Wait))];
        SpinWait.SpinUntil(() => group.Waiting == 4);

        goOn.Set();

        await first;
        foreach (Task other in others)
        {
            Assert.Equal("worn", (await Assert.ThrowsAsync<IOException>(() => other)).Message);
        }

        group.Wait();
        Assert.Equal(3, flushes);
    }

    private static Task OnThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
