using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// Takes a device up where another machine left it: its file becomes a journal on this machine, and from there the pipeline
/// goes on as if it had never stopped. Importing again changes nothing, or adds what the file has and this machine has not.
/// </summary>
/// <param name="proofs">What proves the file; without it only an identity is taken.</param>
/// <param name="opener">Opens the private key, where it is in the file and is needed here.</param>
public sealed class EnrollmentImport(ProofCheck proofs, KeyOpener opener, IRegistrationObserver observer)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(1);

    /// <summary>Reads a device's file.</summary>
    /// <param name="machine">How this machine reaches server and token; <see langword="null"/> where it needs neither.</param>
    /// <param name="root">The directory all paths of the device are below; <see langword="null"/> with <paramref name="outputPath"/>.</param>
    /// <param name="outputPath">The directory that takes the place of the device's SOTA directory.</param>
    /// <param name="cancellation">Ends the wait for another run.</param>
    /// <returns>A <see cref="SotaConfig"/>, a <see cref="DeviceKey"/> or a <see cref="DeviceRegistration"/>, whatever the file was made from.</returns>
    /// <exception cref="AutoRegisterException">The first problem; nothing is half-written.</exception>
    public object Read(string path, SotaConfig? machine, string? root, string? outputPath, CancellationToken cancellation)
    {
        if (root is not null)
        {
            RootedPath.RequireRoot(root);
        }

        EnrollmentFile file = EnrollmentFileFormat.Read(path);
        bool isProven = proofs.Check(path, file, opener);
        if (!isProven)
        {
            file = IdentityOf(path, file);
        }

        SotaConfig config = ImportedConfig.Make(path, file.Device, isProven, machine, observer) with { Root = root ?? "/", OutputPath = outputPath };
        if (file.Key is not EnrollmentKey key)
        {
            return config;
        }

        RegistrationAnswer? answer = Check(path, file, key, config.TomlKeys);
        DurableDirectory.Create(config.SotaPath);
        using var held = DirectoryLock.Acquire(config.SotaPath, LockPatience, observer, cancellation);
        SotaDirectory.Claim(config.SotaPath, config.Root, observer);
        BegunOnLine.TakeOver(config.SotaPath, config.Root);
        var journal = new EnrollmentJournal(config.SotaPath, config.Root);
        JournalEntry? there = journal.Read(observer);
        if (there is null && IsInstalled(config, key))
        {
            DeviceKey registered = Describe(config, key, RegistrationState.Registered);
            var identity = InstalledIdentity.Inspect(config, observer);
            if (identity.Problems.Count > 0)
            {
                throw identity.Broken(config.SotaPath);
            }

            return answer is null ? registered : new DeviceRegistration { Key = registered, State = RegistrationState.Registered };
        }

        RequireSame(there, key, config);
        JournalEntry entry = TakeUp(path, file, key, answer, config, journal, there);
        DeviceKey taken = Describe(config, key, entry.State);
        return answer is null ? taken : new DeviceRegistration { Key = taken, State = entry.State, Answer = answer, Orphans = entry.Orphans };
    }

    /// <summary>
    /// What is left of a file that anybody may have written: a name, a UUID, a CSR and its key. Its CSR is signed by that key, and that
    /// is all that is known. An answer without a proof may name anybody's gateway, and is not taken.
    /// </summary>
    private EnrollmentFile IdentityOf(string path, EnrollmentFile file)
    {
        observer.ReportWarning(
            $"Nothing proves who wrote '{path}': only the name, the UUID and the key's CSR are taken from it{(file.Answer is null ? string.Empty : ", and not the factory's answer")}. "
            + "Give -SenderCertificatePath or -Passphrase, whichever it was exported with.");
        return file with
        {
            State = file.Key is null ? RegistrationState.Unregistered : RegistrationState.KeyMade,
            Key = file.Key is null ? null : file.Key with { CertificateId = string.Empty, Replace = false, Orphans = [] },
            Answer = null,
        };
    }

    private static RegistrationAnswer? Check(string path, EnrollmentFile file, EnrollmentKey key, SotaKeys keys)
    {
        if (file.Answer is null)
        {
            return null;
        }

        try
        {
            return RegistrationAnswer.Check(AnswerFiles.Of(file.Answer), new(key.Uuid, file.Device.Factory, file.Device.Production), key.Fingerprint, TimeProvider.System.GetUtcNow(), keys);
        }
        catch (AutoRegisterException e)
        {
            throw EnrollmentFileFormat.Invalid(path, $"its answer fails the checks ({e.Message.TrimEnd('.')})", e);
        }
    }

    private JournalEntry TakeUp(string path, EnrollmentFile file, EnrollmentKey key, RegistrationAnswer? answer, SotaConfig config, EnrollmentJournal journal, JournalEntry? there)
    {
        // Whatever can fail comes first, so that a wrong passphrase leaves nothing behind.
        bool isHere = there is { KeyIsElsewhere: false };
        using FileDeviceKey? opened = isHere || key.Sealed is null ? null : opener.TryOpen(key.Sealed, key.Fingerprint, path);
        if (config.Hsm is not null)
        {
            RequireInToken(config.Hsm, config.Decisions, key);
            isHere = true;
        }

        SotaDirectory.Restrict(config.SotaPath, observer);
        DurableDirectory.Create(journal.JournalPath);
        if (opened is not null)
        {
            opened.Save(journal.PrivateKeyPath);
        }
        else if (!isHere && key.Sealed is not null)
        {
            journal.SaveSealedKey(key.Sealed);
        }

        JournalEntry entry = there ?? Begin(file, key, config);
        entry = entry with { KeyIsElsewhere = !isHere && opened is null };
        if (answer is not null && entry.State < RegistrationState.AnswerReceived)
        {
            journal.SaveAnswer(answer.Source.Body.Span);
            entry = entry with { State = RegistrationState.AnswerReceived, CertificateId = key.CertificateId };
        }

        journal.Save(entry);
        observer.ReportStep($"{config.Name ?? entry.Uuid} was taken up from '{path}' ({entry.State})");
        return entry;
    }

    private static JournalEntry Begin(EnrollmentFile file, EnrollmentKey key, SotaConfig config) => new()
    {
        // The answer is saved before the entry says that it is there.
        State = file.State == RegistrationState.AnswerReceived ? RegistrationState.RequestSent : file.State,
        Uuid = key.Uuid,
        UuidIsOurs = key.UuidIsOurs,
        UuidIsHardware = key.UuidIsHardware,
        Factory = file.Device.Factory,
        Production = file.Device.Production,
        KeyStore = DescribePlace(file.Device.Token),
        KeyFingerprint = key.Fingerprint,
        CertificateRequest = key.CertificateRequest,
        Replace = key.Replace,
        Orphans = key.Orphans,
    };

    // What the places themselves would say: New-HsmDeviceKey compares it.
    private static string DescribePlace(TokenReference? token) => token is null ? "file"
        : token.ExistingKeyId is not null ? $"token {token.Label}, existing key id {token.ExistingKeyId}"
        : token.KeyId is not null ? $"token {token.Label}, key id {token.KeyId}"
        : $"token {token.Label}";

    private static bool IsInstalled(SotaConfig config, EnrollmentKey key)
    {
        var installed = InstalledCredentials.Inspect(config.SotaPath);
        if (!installed.Any || (key.Replace && installed.Certificate?.KeyFingerprint != key.Fingerprint))
        {
            return false;
        }

        return installed.Complete && installed.Certificate?.CommonName == key.Uuid ? true : throw Taken(
            config, installed.Certificate is { } certificate ? $"has the credentials of {Printable.Text(certificate.CommonName)}" : "holds parts of a registration");
    }

    private static void RequireSame(JournalEntry? there, EnrollmentKey key, SotaConfig config)
    {
        if (there is not null && (there.Uuid != key.Uuid || there.CertificateRequest != key.CertificateRequest))
        {
            throw Taken(config, $"has an unfinished registration of {there.Uuid}");
        }
    }

    private void RequireInToken(HsmSettings hsm, TokenDecisions decisions, EnrollmentKey key)
    {
        using var session = TokenSession.OpenPublic(hsm, observer);
        if (!session.FindObjects(decisions.ExistingKey is null ? hsm.Objects : DeviceObjects.Standard).Any(o => o.Kind != TokenObjectKind.PrivateKey && o.PublicKeyHash == key.Fingerprint))
        {
            throw new AutoRegisterException(
                ErrorId.HsmKeyNotFound, $"The key of {key.Uuid} is not in {session.Token}.", "Use the token that the key was made in.", hsm.TokenLabel);
        }
    }

    private static DeviceKey Describe(SotaConfig config, EnrollmentKey key, RegistrationState state) => new()
    {
        Config = config,
        Uuid = key.Uuid,
        State = state,
        KeyLocation = config.UsesToken
            ? Pkcs11Uri.OfPrivateKey(config.Hsm?.TokenLabel ?? config.RemoteToken!.Label)
            : Path.Join(config.SotaPath, EnrollmentJournal.DirectoryName, CredentialFileNames.PrivateKey),
        KeyFingerprint = key.Fingerprint,
        CertificateRequest = key.CertificateRequest,
        Replace = key.Replace,
    };

    private static AutoRegisterException Taken(SotaConfig config, string what) => new(
        ErrorId.AlreadyRegistered, $"'{config.SotaPath}' {what}.", "Give each device a directory of its own, or empty this one.", config.SotaPath);
}
