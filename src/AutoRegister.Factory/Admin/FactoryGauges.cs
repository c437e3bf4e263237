using System.Data.Common;
using System.Diagnostics.Metrics;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Admin;

/// <summary>Numbers of the ledger's state, for the metrics. They are read every so often and not whenever somebody asks.</summary>
internal sealed class FactoryGauges : IDisposable
{
    private readonly Meter meter = new(FactoryMeter.Name);
    private readonly LedgerReader reader;
    private readonly TimeProvider clock;
    private readonly Func<CancellationToken, Task<string?>> keyProblem;
    private volatile Numbers? numbers;

    /// <summary>Makes the gauges; they have values after the first <see cref="UpdateAsync"/>.</summary>
    /// <param name="keyProblem">Why the device CA's key can't sign; null when it can.</param>
    /// <param name="ends">When the factory's own certificates end.</param>
    public FactoryGauges(LedgerReader reader, TimeProvider clock, Func<CancellationToken, Task<string?>> keyProblem, Func<IReadOnlyList<EndOfCertificate>> ends)
    {
        this.reader = reader;
        this.clock = clock;
        this.keyProblem = keyProblem;
        Add("devices", "Devices in the ledger.", n => n.Devices);
        Add("claims.open", "Certificates that are claimed and not yet signed.", n => n.OpenClaims);
        Add("devices.pending", "Devices that wait for a person.", n => n.Pending);
        Add("outbox.waiting", "Reports that wait to be sent.", n => n.OutboxWaiting);
        Add("outbox.refused", "Reports that were refused.", n => n.OutboxRefused);
        Add("certificates.ending", "Newest certificates of devices that end within 90 days.", n => n.Ending);
        Add("ca.key.ready", "1 when the device CA's key can sign, else 0.", n => n.KeyReady);
        meter.CreateObservableGauge(
            "lmp_factory.certificate.not_after",
            () => ends().Select(end => new Measurement<long>(end.NotAfter.ToUnixTimeSeconds(), new KeyValuePair<string, object?>("of", end.Of))),
            "s", "When the factory's own certificates end, in seconds since 1970.");
        Add("ledger.reachable", "1 when the ledger could be read, else 0.", n => n.LedgerReachable);
    }

    /// <summary>Reads the numbers anew.</summary>
    public async Task UpdateAsync(CancellationToken cancellation)
    {
        int ready = await keyProblem(cancellation) is null ? 1 : 0;
        try
        {
            numbers = reader.Read(session => Read(session, clock.GetUtcNow())) with { KeyReady = ready, LedgerReachable = 1 };
        }
        catch (DbException)
        {
            numbers = (numbers ?? new Numbers()) with { KeyReady = ready, LedgerReachable = 0 };
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private void Add(string name, string description, Func<Numbers, long> value) =>
        meter.CreateObservableGauge($"lmp_factory.{name}", () => numbers is { } known ? [new Measurement<long>(value(known))] : Array.Empty<Measurement<long>>(), null, description);

    private static Numbers Read(LedgerSession session, DateTimeOffset now) => new()
    {
        Devices = session.Number("SELECT count(*) FROM devices"),
        OpenClaims = session.Number("SELECT count(*) FROM certificates WHERE state = 'claimed'"),
        Pending = session.Number("SELECT count(*) FROM pending_devices WHERE state = 'waiting'"),
        OutboxWaiting = session.Number("SELECT count(*) FROM outbox WHERE state = 'waiting'"),
        OutboxRefused = session.Number("SELECT count(*) FROM outbox WHERE state = 'refused'"),
        Ending = session.Number(
            """
            SELECT count(*) FROM certificates c JOIN devices d ON d.uuid = c.uuid
            WHERE c.state = 'issued' AND c.not_after < $1 AND d.revoked IS NULL
                AND NOT EXISTS (SELECT 1 FROM certificates l WHERE l.uuid = c.uuid AND l.state = 'issued' AND l.not_after > c.not_after)
            """,
            (now + LineReader.EndsSoon).ToUnixTimeMilliseconds()),
    };

    private sealed record Numbers
    {
        public long Devices { get; init; }

        public long OpenClaims { get; init; }

        public long Pending { get; init; }

        public long OutboxWaiting { get; init; }

        public long OutboxRefused { get; init; }

        public long Ending { get; init; }

        public long KeyReady { get; init; }

        public long LedgerReachable { get; init; }
    }
}
