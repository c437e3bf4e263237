using System.Globalization;
using System.Net;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Writes down the refusals of those who have proved nothing, so that no flood of them fills the disk: the first of an address for
/// a reason at once, and after a minute how many more there were. An address has some reasons of its own a minute, all together
/// have some hundreds; what goes beyond shares a row.
/// </summary>
internal sealed class RefusalAudit(LedgerWriter writer, TimeProvider clock)
{
    // Enough to tell one client's mistakes apart. A reason may repeat what the client sent, so it has as many as it likes.
    private const int ReasonsOfOneAddress = 8;

    // At most twice as many rows a minute, whoever asks for whatever from wherever.
    private const int Most = 256;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Folder, Fold> folds = [];

    /// <summary>Writes a refusal, or counts it where one like it was written less than a minute ago.</summary>
    public async Task RecordAsync(AuditEntry refusal)
    {
        if (IsFirst(refusal))
        {
            await AppendAsync([refusal]);
        }
    }

    /// <summary>Writes how many more there were of those that were first written a minute ago.</summary>
    public Task WriteCountsAsync(CancellationToken cancellation) => AppendAsync(TakeBefore(clock.GetUtcNow() - Window));

    /// <summary>The same for all, as when a server ends.</summary>
    public Task WriteAllCountsAsync() => AppendAsync(TakeBefore(DateTimeOffset.MaxValue));

    private bool IsFirst(AuditEntry refusal)
    {
        IPAddress client = ClientNetwork.Of(IPAddress.TryParse(refusal.Address, out IPAddress? address) ? address : null);
        lock (gate)
        {
            Folder folder = FolderOf(client, refusal);
            if (folds.TryGetValue(folder, out Fold? fold))
            {
                fold.More++;
                return false;
            }

            folds.Add(folder, new Fold(refusal, clock.GetUtcNow()));
            return true;
        }
    }

    private Folder FolderOf(IPAddress client, AuditEntry refusal)
    {
        var own = new Folder(client, refusal.Action, refusal.Reason);
        return folds.ContainsKey(own) || (folds.Count < Most && folds.Keys.Count(folder => folder.Client?.Equals(client) == true) < ReasonsOfOneAddress) ? own
            : own with { Reason = null } is var several && (folds.ContainsKey(several) || folds.Count < Most) ? several
            : new Folder(null, refusal.Action, null);
    }

    private List<AuditEntry> TakeBefore(DateTimeOffset end)
    {
        lock (gate)
        {
            var due = folds.Where(fold => fold.Value.Since <= end).ToList();
            due.ForEach(fold => folds.Remove(fold.Key));
            return [.. due.Where(fold => fold.Value.More > 0).Select(fold => CountOf(fold.Key, fold.Value))];
        }
    }

    private static AuditEntry CountOf(Folder folder, Fold fold)
    {
        string more = fold.More.ToString(CultureInfo.InvariantCulture);
        return new AuditEntry(fold.First.Actor, folder.Action)
        {
            Address = folder.Client is null ? null : fold.First.Address,
            Reason = folder.Reason is { } reason ? $"{more} more within a minute: {reason}"
                : folder.Client is null ? $"{more} more within a minute, from several addresses, for several reasons"
                : $"{more} more within a minute, for several reasons",
            Refused = true,
        };
    }

    private async Task AppendAsync(List<AuditEntry> entries)
    {
        if (entries.Count > 0)
        {
            await writer.DoAsync(session =>
            {
                foreach (AuditEntry entry in entries)
                {
                    AuditTrail.Append(session, clock.GetUtcNow(), entry);
                }

                return true;
            });
        }
    }

    // What is counted together: any reason where that is null, any address where that is.
    private sealed record Folder(IPAddress? Client, string Action, string? Reason);

    private sealed class Fold(AuditEntry first, DateTimeOffset since)
    {
        public AuditEntry First { get; } = first;

        public DateTimeOffset Since { get; } = since;

        public long More { get; set; }
    }
}
