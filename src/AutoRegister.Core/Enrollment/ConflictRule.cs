using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// What a device may do about 409, "this name or UUID exists". A server that is not idempotent says it to a device's own request
/// once the answer to an earlier one was lost: the journal's state tells. A UUID of our own making is then given up for a fresh
/// one, and remembered; a name that a person chose is not.
/// </summary>
internal static class ConflictRule
{
    /// <summary>
    /// How many UUIDs a device gives up for answers that were lost before it leaves the rest to a person. Each leaves a device
    /// behind in the factory: a connection that loses more answers than this in a row must not fill it up.
    /// </summary>
    internal const int MostRestarts = 10;

    /// <summary>Whether to begin anew by ourselves, under a fresh UUID.</summary>
    /// <param name="entry">The journal's entry from before the request that was refused.</param>
    /// <param name="config">What the device is told to be.</param>
    internal static bool MayStartOver(JournalEntry entry, SotaConfig config) => CanBecomeAnother(entry) && config.Name is null
        && (WasLost(entry) ? entry.Restarts < MostRestarts : entry.Restarts == 0);

    /// <summary>
    /// Whether the next run is to send another UUID, although this one ends here: the device of this one has to be deleted, and a
    /// factory may go on denying a UUID that was deleted.
    /// </summary>
    /// <param name="entry">The journal's entry from before the request that was refused.</param>
    /// <param name="config">What the device is told to be.</param>
    internal static bool GivesUpUuid(JournalEntry entry, SotaConfig config) => CanBecomeAnother(entry) && config.Name is not null && WasLost(entry);

    /// <summary>The error for a person: who the likely owner is, under which UUIDs, and what to delete.</summary>
    /// <param name="conflict">What the server said.</param>
    /// <param name="entry">The journal's entry from before the request that was refused.</param>
    /// <param name="config">What the device is told to be.</param>
    internal static AutoRegisterException Explain(AutoRegisterException conflict, JournalEntry entry, SotaConfig config)
    {
        string[] own = [.. entry.Orphans.Concat(WasLost(entry) ? [entry.Uuid] : []).Distinct(StringComparer.Ordinal)];
        (string words, string action) = own.Length > 0 ? OfOwn(string.Join(", ", own), config.Name) : OfAnother(entry, config.Name);
        return new AutoRegisterException(conflict.Id, $"{conflict.Message} {words}", action, conflict.Target, conflict) { ServerAnswer = conflict.ServerAnswer };
    }

    private static (string Words, string Action) OfOwn(string uuids, string? name) => (
        $"This device itself is the likely owner: answers to earlier requests of it were lost, and the factory may hold it as {uuids}.",
        name is null
            ? $"Delete {uuids} in the factory, find out why answers are lost on the way, and run this again; if it is refused again, begin anew with New-HsmDeviceKey -Force."
            : $"Delete the device '{name}' in the factory if its UUID is one of these ({uuids}), and run this again. If it has another UUID it is another device: choose another device name.");

    private static (string Words, string Action) OfAnother(JournalEntry entry, string? name) => entry.UuidIsOurs
        ? (name is null ? $"No request of this device was lost; it asked as {entry.Uuid}." : $"No request of this device was lost: the name '{name}' is another device's.",
            "Choose another device name, or delete the device of that name in the factory, and run this again.")
        : ($"The UUID {entry.Uuid} was given to this device and not made up: it may have been registered before, with another key.",
            $"If the factory's device {entry.Uuid} is this one, delete it there and run this again{(name is null ? string.Empty : $"; if it is another one with the name '{name}', choose another device name")}.");

    // The state goes back when the API itself refuses: what is left of it says that an answer is missing.
    private static bool WasLost(JournalEntry entry) => entry.State == RegistrationState.RequestSent;

    private static bool CanBecomeAnother(JournalEntry entry) => entry.UuidIsOurs && !entry.KeyIsElsewhere;
}
