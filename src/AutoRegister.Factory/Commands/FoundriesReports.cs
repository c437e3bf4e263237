using AutoRegister.Factory.Foundries;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary>The reports to Foundries.io while the server runs; nothing at all where no URL is configured.</summary>
internal sealed class FoundriesReports : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly FoundriesApi? api;
    private readonly Repeated? sending;

    /// <summary>Starts to send what waits.</summary>
    public FoundriesReports(FoundriesTarget? target, LedgerReader reader, LedgerWriter writer, TimeProvider clock)
    {
        if (target is not null)
        {
            api = new FoundriesApi(target, clock);
            sending = new Repeated(LookEvery, clock, new FoundriesSender(api, reader, writer, clock).SendDueAsync, Console.Error.WriteLine);
        }
    }

    /// <summary>Lets what is under way finish: at most one batch.</summary>
    public async ValueTask DisposeAsync()
    {
        if (sending is not null)
        {
            await sending.DisposeAsync();
            api!.Dispose();
        }
    }
}
