using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Admin;

/// <summary>What the line's screen shows, as it was at one moment.</summary>
internal sealed record LineView
{
    /// <summary>The moment.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How many devices there are.</summary>
    public required long Devices { get; init; }

    /// <summary>How many of them came in the last minute.</summary>
    public required long LastMinute { get; init; }

    /// <summary>The newest, the newest first.</summary>
    public required IReadOnlyList<NewDevice> Newest { get; init; }

    /// <summary>What was refused last, the newest first.</summary>
    public required IReadOnlyList<AuditRow> Refusals { get; init; }

    /// <summary>The devices that wait for a person, the longest first.</summary>
    public required IReadOnlyList<PendingDevice> Pending { get; init; }

    /// <summary>The reports that their receivers have refused.</summary>
    public required IReadOnlyList<OutboxMessage> NotReported { get; init; }

    /// <summary>How many reports wait.</summary>
    public required long Waiting { get; init; }

    /// <summary>The certificates that end soon and have no successor, the first to end first.</summary>
    public required IReadOnlyList<EndingCertificate> Ending { get; init; }

    /// <summary>Why no device can be registered now; null when one can.</summary>
    public required string? Problem { get; init; }

    /// <summary>What a person must see to before it becomes a problem.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A device that was registered.</summary>
internal sealed record NewDevice(string Uuid, string Name, string? Group, bool Production, string Actor, DateTimeOffset Time);

/// <summary>A device whose newest certificate ends soon.</summary>
internal sealed record EndingCertificate(string Uuid, string Name, DateTimeOffset NotAfter);
