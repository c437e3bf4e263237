using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Reports;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary>The reports to others while the server runs: of devices to Foundries.io, of revocations to a gateway. None where no URL is configured.</summary>
internal sealed class ReportSending : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly List<ReportReceiver> receivers = [];
    private readonly List<Repeated> sending = [];

    /// <summary>Starts to send what waits.</summary>
    public ReportSending(CheckedSettings settings, LedgerReader reader, LedgerWriter writer, TimeProvider clock)
    {
        Start(FoundriesReport.Kind, settings.Foundries, _ => Task.CompletedTask);
        Start(DeniedReport.Kind, settings.DenyList, cancellation => DeniedReport.EnterMissingAsync(reader, writer, clock, cancellation));

        void Start(ReportKind kind, ReportTarget? target, Func<CancellationToken, Task> enter)
        {
            if (target is not null)
            {
                var receiver = new ReportReceiver(kind, target, clock);
                receivers.Add(receiver);
                var sender = new ReportSender(receiver, reader, writer, clock);
                sending.Add(new Repeated(LookEvery, clock, cancellation => EnterAndSendAsync(enter, sender, cancellation), Console.Error.WriteLine));
            }
        }
    }

    /// <summary>Lets what is under way finish: at most one batch each.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(sending.Select(one => one.DisposeAsync().AsTask()));
        receivers.ForEach(receiver => receiver.Dispose());
    }

    private static async Task EnterAndSendAsync(Func<CancellationToken, Task> enter, ReportSender sender, CancellationToken cancellation)
    {
        await enter(cancellation);
        await sender.SendDueAsync(cancellation);
    }
}
