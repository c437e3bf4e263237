using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary>Has the counts of an audit of refusals written while a server runs, and those that are left at its end.</summary>
internal sealed class RefusalCounts(RefusalAudit audit, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Repeated writing = new(LookEvery, clock, audit.WriteCountsAsync, Console.Error.WriteLine);

    /// <summary>The audit.</summary>
    public RefusalAudit Audit { get; } = audit;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await writing.DisposeAsync();
        try
        {
            await Audit.WriteAllCountsAsync();
        }
        catch (System.Data.Common.DbException e)
        {
            Console.Error.WriteLine($"warning: how many requests were refused last is not in the audit: {e.Message}");
        }
    }
}
