using AutoRegister.Core.Base;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Enrollment;

/// <summary>Chooses where a device's key lives: in the token when one is configured, never silently elsewhere.</summary>
internal static class KeyStores
{
    /// <summary>Opens the place the configuration names.</summary>
    internal static IKeyStore Open(SotaConfig config, EnrollmentJournal journal, IRegistrationObserver observer)
    {
        if (config.Hsm is null)
        {
            return new FileKeyStore(journal);
        }

        IKeyStore store = config.Decisions.ExistingKey is KeyReference existing
            ? ExistingKeyStore.Open(config.Hsm, existing, observer)
            : TokenKeyStore.Open(config.Hsm, journal, observer, config.Decisions.MayErase);

        // An image on a station is not run with the station's environment.
        if (config.Root == "/" && ModuleEnvironment.ProblemOfClients(config.Root) is string problem)
        {
            observer.ReportWarning($"{problem}. {ModuleEnvironment.ClientRemedy}");
        }

        return store;
    }
}
