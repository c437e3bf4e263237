using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Transfer;

/// <summary>Writes a device's file from what the pipeline hands on. What is on this machine stays as it is.</summary>
/// <param name="protection">What encrypts a private key; <see langword="null"/> where none may leave this machine.</param>
/// <param name="withoutKey">Whether a private key in a file is to stay behind.</param>
/// <param name="prover">What proves the files; <see langword="null"/> for nothing.</param>
/// <param name="observer">Told while waiting for another run.</param>
public sealed class EnrollmentExport(KeyProtection? protection, bool withoutKey, ProofMaker? prover, IRegistrationObserver observer)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(1);

    /// <summary>Writes the file of a device that has no key yet.</summary>
    /// <param name="config">What it is told to be.</param>
    /// <param name="path">The file; replaced when it is the same device's.</param>
    /// <exception cref="AutoRegisterException">The file cannot be written.</exception>
    public ExportedEnrollment Write(SotaConfig config, string path)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Write(new EnrollmentFile { State = RegistrationState.Unregistered, Device = Describe(config) }, KeyCustody.None, path);
    }

    /// <summary>Writes the file of a device with a key.</summary>
    /// <param name="path">The file; replaced when it is the same device's.</param>
    /// <param name="cancellation">Ends the wait for another run.</param>
    /// <exception cref="AutoRegisterException">There is nothing to hand on, the key may not leave unprotected, or the file cannot be written.</exception>
    public ExportedEnrollment Write(DeviceKey key, string path, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.State == RegistrationState.Registered)
        {
            throw Nothing(key);
        }

        using var held = DirectoryLock.Acquire(key.Config.SotaPath, LockPatience, observer, cancellation);
        BegunOnLine.TakeOver(key.Config.SotaPath, key.Config.Root);
        var journal = new EnrollmentJournal(key.Config.SotaPath, key.Config.Root);
        JournalEntry entry = journal.Read(observer) ?? throw Nothing(key);
        if (entry.Uuid != key.Uuid || entry.CertificateRequest != key.CertificateRequest)
        {
            throw new AutoRegisterException(
                ErrorId.RegistrationIncomplete, $"The journal in '{journal.JournalPath}' belongs to another attempt than this key.", "Begin again with New-HsmDeviceKey.", key.Config.SotaPath);
        }

        (string? text, KeyCustody custody) = Protect(key.Config, journal);
        IReadOnlyDictionary<string, string>? answer = Answer(entry, journal, key.Config);
        RegistrationState state = entry.State == RegistrationState.AnswerReceived && answer is null ? RegistrationState.RequestSent : entry.State;
        var file = new EnrollmentFile { State = state, Device = Describe(key.Config), Key = Describe(entry, text), Answer = answer };
        return Write(file, custody, path);
    }

    private ExportedEnrollment Write(EnrollmentFile file, KeyCustody custody, string path)
    {
        EnrollmentFileFormat.Write(path, prover?.Prove(file) ?? file);
        return new ExportedEnrollment
        {
            Name = file.Device.Name ?? file.Key?.Uuid ?? file.Device.Uuid ?? string.Empty,
            Uuid = file.Key?.Uuid ?? file.Device.Uuid ?? string.Empty,
            Factory = file.Device.Factory,
            State = file.State,
            PrivateKey = custody,
            Path = path,
        };
    }

    private (string? Sealed, KeyCustody Custody) Protect(SotaConfig config, EnrollmentJournal journal)
    {
        if (config.UsesToken)
        {
            return (null, KeyCustody.Token);
        }

        if (journal.ReadSealedKey() is string carried)
        {
            // It passes through: this machine cannot open it.
            return (carried, carried.Contains(KeyProtection.PassphraseLabel, StringComparison.Ordinal) ? KeyCustody.Passphrase : KeyCustody.Certificate);
        }

        if (withoutKey || !File.Exists(journal.PrivateKeyPath))
        {
            return (null, KeyCustody.StaysBehind);
        }

        if (protection is null)
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid,
                $"The private key of {config.Name ?? config.SotaPath} may leave this machine encrypted only.",
                "Give -Passphrase or -RecipientCertificatePath, or -WithoutKey where the key stays here.",
                config.SotaPath);
        }

        return (Seal(journal.PrivateKeyPath), protection.Custody);
    }

    private string Seal(string path)
    {
        byte[] pem = SmallFile.Read(path);
        char[] text = Encoding.ASCII.GetChars(pem);
        try
        {
            using var key = new AnyKey();
            return key.TryImport(text, passphrase: null) ? protection!.Seal(key.Algorithm) : throw new AutoRegisterException(
                ErrorId.RegistrationIncomplete, $"'{path}' holds no private key.", "Begin again with New-HsmDeviceKey.", path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
            Array.Clear(text);
        }
    }

    private static EnrollmentDevice Describe(SotaConfig config) => new(config.Device, config)
    {
        Token = config.RemoteToken ?? (config.Hsm is null ? null : new TokenReference
        {
            Label = config.Hsm.TokenLabel,
            Serial = config.Hsm.TokenSerial,
            KeyId = config.Hsm.Objects.IsStandard ? null : config.Hsm.Objects.KeyId.Hex,
            ExistingKeyLabel = config.Decisions.ExistingKey?.Label,
            ExistingKeyId = config.Decisions.ExistingKey?.Id,
        }),
    };

    private static EnrollmentKey Describe(JournalEntry entry, string? text) => new()
    {
        Uuid = entry.Uuid,
        UuidIsOurs = entry.UuidIsOurs,
        UuidIsHardware = entry.UuidIsHardware,
        Fingerprint = entry.KeyFingerprint,
        CertificateRequest = entry.CertificateRequest,
        Sealed = text,
        CertificateId = entry.CertificateId,
        Replace = entry.Replace,
        Orphans = entry.Orphans,
    };

    private Dictionary<string, string>? Answer(JournalEntry entry, EnrollmentJournal journal, SotaConfig config) =>
        entry.State == RegistrationState.AnswerReceived && KeptAnswer.Read(journal, entry, config.TomlKeys, observer) is { } answer ? new(answer.Files) : null;

    private static AutoRegisterException Nothing(DeviceKey key) => new(
        ErrorId.AlreadyRegistered, $"{key.Name} is registered in '{key.Config.SotaPath}': there is nothing to hand on.", "Put what is there in place with Export-SotaCredentials -Path.", key.Config.SotaPath);
}
