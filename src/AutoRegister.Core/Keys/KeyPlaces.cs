using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;

namespace AutoRegister.Core.Keys;

/// <summary>Chooses where a device's key lives: in the token when one is configured, never silently elsewhere.</summary>
internal static class KeyPlaces
{
    /// <summary>Opens the place the configuration names.</summary>
    internal static IKeyPlace Open(SotaConfig config, EnrollmentJournal journal, IRegistrationObserver observer) =>
        config.Hsm is null ? new FileKeyPlace(journal)
        : config.Hsm.ExistingKey is null ? TokenKeyPlace.Open(config.Hsm, journal, observer)
        : ExistingKeyPlace.Open(config.Hsm, observer);
}
