using System.Diagnostics.Metrics;

namespace AutoRegister.Factory.Base;

/// <summary>What is counted and timed. Where nobody listens, nothing is kept.</summary>
internal static class FactoryMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "lmp-factory";

    private static readonly Meter Meter = new(Name);

    /// <summary>Answers to registrations, by <c>outcome</c>: issued, refused or failed.</summary>
    public static readonly Counter<long> Registrations = Meter.CreateCounter<long>("lmp_factory.registrations", description: "Answers to registrations.");

    /// <summary>Refused requests of all kinds, by <c>kind</c>.</summary>
    public static readonly Counter<long> Refusals = Meter.CreateCounter<long>("lmp_factory.refusals", description: "Refused requests.");

    /// <summary>How long a registration took that got its certificate.</summary>
    public static readonly Histogram<double> RegistrationDuration = Meter.CreateHistogram(
        "lmp_factory.registration.duration", "s", "Time from a registration's request to its certificate.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    /// <summary>Transactions of the ledger, by <c>outcome</c>: committed or failed.</summary>
    public static readonly Counter<long> LedgerCommits = Meter.CreateCounter<long>("lmp_factory.ledger.commits", description: "Transactions of the ledger.");

    /// <summary>A tag that says what came of it.</summary>
    public static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
