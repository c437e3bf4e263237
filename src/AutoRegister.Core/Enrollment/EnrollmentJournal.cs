using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The journal of one unfinished registration: the directory <c>.registration</c> (mode 0700) in the SOTA directory.
/// <c>journal.json</c> is what counts; without it everything else in the directory is debris. It is gone once the device is
/// registered. The caller holds the <see cref="DirectoryLock"/> of the SOTA directory.
/// </summary>
public sealed class EnrollmentJournal
{
    /// <summary>The directory's name below the SOTA directory.</summary>
    public const string DirectoryName = ".registration";

    private readonly string entryPath;
    private readonly string answerPath;
    private readonly string tokenMarkPath;
    private readonly string sealedKeyPath;

    /// <summary>Names the journal of a SOTA directory; touches nothing.</summary>
    /// <param name="sotaPath">The SOTA directory on this machine.</param>
    public EnrollmentJournal(string sotaPath)
    {
        JournalPath = Path.Join(sotaPath, DirectoryName);
        entryPath = Path.Join(JournalPath, "journal.json");
        answerPath = Path.Join(JournalPath, "answer.json");
        tokenMarkPath = Path.Join(JournalPath, "token");
        sealedKeyPath = Path.Join(JournalPath, "pkey.sealed");
        PrivateKeyPath = Path.Join(JournalPath, CredentialFileNames.PrivateKey);
    }

    /// <summary>The journal's directory.</summary>
    public string JournalPath { get; }

    /// <summary>Where a software key waits until it is put in place.</summary>
    public string PrivateKeyPath { get; }

    /// <summary>Whether a damaged journal was set aside here and its registration is still unfinished.</summary>
    public bool WasDamaged => Directory.Exists(JournalPath) && Directory.EnumerateFiles(JournalPath, "*.damaged").Any();

    /// <summary>Reads the entry. A damaged one is set aside in the journal's directory and reported, never trusted.</summary>
    /// <param name="observer">Told when the journal is damaged.</param>
    /// <returns>The entry; <see langword="null"/> when there is no unfinished registration.</returns>
    public JournalEntry? Read(IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        JournalEntry? entry = Peek(out string damage);
        if (damage.Length > 0)
        {
            SetAside(entryPath);
            observer.ReportWarning($"The journal '{entryPath}' is {damage}. It was set aside in '{JournalPath}'; the registration begins anew.");
        }

        return entry;
    }

    /// <summary>Reads the entry and leaves everything as it is, a damaged one too.</summary>
    /// <param name="damage">What is wrong with it; empty when nothing is.</param>
    /// <returns>The entry; <see langword="null"/> when there is none that counts.</returns>
    public JournalEntry? Peek(out string damage)
    {
        damage = string.Empty;
        try
        {
            if (ReadBounded(entryPath) is not byte[] content)
            {
                return null;
            }

            JournalEntry? entry = JsonSerializer.Deserialize(content, EnrollmentJson.Default.JournalEntry);
            if (entry is { Version: JournalEntry.CurrentVersion } && IsWhole(entry))
            {
                return entry;
            }

            damage = entry is null or { Version: JournalEntry.CurrentVersion } ? "incomplete" : $"of the unknown version {entry.Version}";
        }
        catch (JsonException e)
        {
            damage = $"not readable ({e.Message})";
        }
        catch (InvalidDataException e)
        {
            damage = e.Message;
        }
        return null;
    }

    /// <summary>
    /// Makes durable what an earlier run left, before anything is built on it: that run may have been killed before an fsync, or
    /// been told that it failed.
    /// </summary>
    /// <param name="entry">What was read.</param>
    public void Keep(JournalEntry entry)
    {
        DurableDirectory.SyncName(JournalPath);
        Save(entry);
    }

    /// <summary>Makes the entry durable, and the journal's directory when it is missing.</summary>
    /// <param name="entry">What to remember.</param>
    public void Save(JournalEntry entry)
    {
        DurableDirectory.Create(JournalPath);
        AtomicFile.Write(entryPath, JsonSerializer.SerializeToUtf8Bytes(entry, EnrollmentJson.Default.JournalEntry), AtomicFile.OwnerOnly);
    }

    /// <summary>Whether an unfinished registration began to initialise a token: a torn one is ours.</summary>
    public bool TokenInitializationBegan => File.Exists(tokenMarkPath);

    /// <summary>Remembers that a blank token is about to be initialised; this comes before the entry, which needs the token.</summary>
    public void BeginTokenInitialization()
    {
        DurableDirectory.Create(JournalPath);
        AtomicFile.Write(tokenMarkPath, [], AtomicFile.OwnerOnly);
    }

    /// <summary>Makes a checked answer durable; the entry says separately that it counts.</summary>
    /// <param name="files">File names and contents.</param>
    public void SaveAnswer(IReadOnlyDictionary<string, string> files) => AtomicFile.Write(
        answerPath,
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(files), EnrollmentJson.Default.DictionaryStringString),
        AtomicFile.OwnerOnly);

    /// <summary>Reads the answer back.</summary>
    /// <returns>The bytes that <see cref="SaveAnswer"/> wrote; <see langword="null"/> when there are none.</returns>
    public byte[]? ReadAnswer() => ReadBounded(answerPath);

    /// <summary>Keeps the encrypted private key of an imported device, which this machine cannot open.</summary>
    /// <param name="pem">The key as PEM.</param>
    public void SaveSealedKey(string pem) => AtomicFile.Write(sealedKeyPath, Encoding.ASCII.GetBytes(pem), AtomicFile.OwnerOnly);

    /// <summary>Reads the encrypted private key back.</summary>
    /// <returns>What <see cref="SaveSealedKey"/> wrote; <see langword="null"/> when there is none.</returns>
    public string? ReadSealedKey() => ReadBounded(sealedKeyPath) is byte[] pem ? Encoding.ASCII.GetString(pem) : null;

    /// <summary>Keeps an answer that failed its checks for a person to look at.</summary>
    /// <param name="body">The body as it came.</param>
    /// <returns>Where it is.</returns>
    public string KeepRejectedAnswer(ReadOnlySpan<byte> body)
    {
        string path = Path.Join(JournalPath, "answer.rejected");
        AtomicFile.Write(path, body, AtomicFile.OwnerOnly);
        return path;
    }

    /// <summary>Forgets the registration: first the entry, so that what a power cut leaves is debris and nothing else.</summary>
    public void Remove()
    {
        if (!Directory.Exists(JournalPath))
        {
            return;
        }

        AtomicFile.Delete(entryPath);
        DurableDirectory.Delete(JournalPath);
    }

    /// <summary>Forgets the registration of a device that has its credentials: nothing in the journal is needed any more, so a failure is a warning.</summary>
    /// <param name="observer">Told of one.</param>
    public void RemoveAfterwards(IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        try
        {
            Remove();
        }
        catch (AutoRegisterException e) when (e.Id == ErrorId.WriteFailed)
        {
            observer.ReportWarning($"The device is registered, and its journal '{JournalPath}' is not removed: {e.Message} The next run removes it.");
        }
    }

    private static bool IsWhole(JournalEntry entry) =>
        entry.Uuid.Length > 0 && entry.Factory.Length > 0 && entry.KeyPlace.Length > 0
        && (entry.State == RegistrationState.Unregistered || (entry.KeyFingerprint.Length == 64 && entry.CertificateRequest.Length > 0))
        && entry.State is >= RegistrationState.Unregistered and < RegistrationState.Registered;

    private static byte[]? ReadBounded(string path) =>
        new FileInfo(path) is { Exists: true, Length: > SmallFile.MaximumLength } ? throw new InvalidDataException("too large") : SmallFile.TryReadOwn(path);

    private static void SetAside(string path)
    {
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        try
        {
            Posix.Rename(path, $"{path}.{stamp}.damaged");
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (IOException e)
        {
            throw WriteFailure.Of(path, e);
        }
    }
}
