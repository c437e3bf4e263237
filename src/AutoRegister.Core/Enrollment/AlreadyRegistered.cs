using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.OtaClient;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Enrollment;

/// <summary>What is in place before a registration begins: whole credentials mean that there is nothing to do, parts of some need a person.</summary>
internal sealed class AlreadyRegistered(SotaConfig config, EnrollmentJournal journal, IRegistrationObserver observer)
{
    // Looked at once: where the key is in a token that costs a login.
    private InstalledIdentity? inspected;

    private InstalledIdentity Installed => inspected ??= InstalledIdentity.Inspect(config, observer);

    /// <summary>Finds whole credentials where no journal counts: a torn leftover of one must not cost the device its identity.</summary>
    /// <returns>The registered device, its leftovers removed; <see langword="null"/> when it is none, or when <c>-Force</c> was replacing it.</returns>
    internal DeviceKey? Find() =>
        journal.PeekIdentity() is { Replace: true } replacing && Installed.Files.Certificate?.KeyFingerprint != replacing.KeyFingerprint ? null : FindWhateverTheJournal();

    /// <summary>Finds whole credentials, and takes no notice of a journal that is another machine's.</summary>
    /// <returns>The registered device, its leftovers removed; <see langword="null"/> when it is none.</returns>
    internal DeviceKey? FindWhateverTheJournal()
    {
        if (!Installed.Files.Any || Installed.Problems.Count > 0)
        {
            return null;
        }

        IReadOnlyList<InstalledDifference> differences = InstalledDifference.Judge(config, Installed, observer);
        journal.RemoveAfterwards(observer);
        observer.ReportStep($"Device already registered in '{config.SotaPath}'");
        Installed.WarnOfExpiry(TimeProvider.System.GetUtcNow(), observer);
        SotaToml toml = Installed.Files.Toml!;
        return new DeviceKey
        {
            Config = config,
            Uuid = Installed.Certificate?.CommonName ?? config.Uuid ?? string.Empty,
            State = RegistrationState.Registered,
            KeyLocation = toml.HasToken ? Pkcs11Uri.OfPrivateKey(token: null, id: new ObjectId(toml.TokenKeyId)) : Path.Join(config.SotaPath, toml.KeyFile),
            KeyFingerprint = Installed.Certificate?.KeyFingerprint ?? string.Empty,
            CertificateRequest = string.Empty,
            Certificate = Installed.Certificate,
            Differences = differences,
        };
    }

    /// <summary>The error for a registration that was imported, and whose key is on another machine, or here only sealed.</summary>
    internal static AutoRegisterException KeyIsElsewhere(JournalEntry entry, string sotaPath) => new(
        ErrorId.RegistrationIncomplete,
        $"'{sotaPath}' holds the registration of {entry.Uuid}, which was imported without its private key.",
        "Continue it with Import-DeviceEnrollment, or begin anew with -Force.",
        sotaPath);

    /// <summary>Refuses credentials that are not whole.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.RegistrationIncomplete"/>, or <see cref="ErrorId.OtaClientRunning"/>.</exception>
    internal void RequireNone()
    {
        if (!Installed.Files.Any)
        {
            return;
        }

        // A registered device's client runs, as it should; where none was registered it may have made what is there.
        if (Installed.Files.Toml is null)
        {
            OtaClientLock.RequireStopped(config.Root);
        }

        throw Installed.Broken(config.SotaPath);
    }

    /// <summary>Refuses them, but not what a registration of ours was putting in place when it was interrupted.</summary>
    /// <exception cref="AutoRegisterException">As <see cref="RequireNone"/>.</exception>
    internal void RequireNoneFinished()
    {
        if (!Installed.Files.LacksCommitMark)
        {
            RequireNone();
        }
    }
}
