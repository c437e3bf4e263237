using System.Security.Cryptography;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Storage;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The journal of one unfinished registration: the directory <c>.registration</c> (mode 0700) in the SOTA directory, or on a line its
/// records in the journal of the line.
/// <c>journal.json</c> is what counts, and where it is damaged or lost its copy <c>identity.json</c>; without both everything else in
/// the directory counts for nothing. It is gone once the device is registered. The caller holds the <see cref="DirectoryLock"/> of the SOTA
/// directory.
/// </summary>
public sealed class EnrollmentJournal
{
    /// <summary>The directory's name below the SOTA directory.</summary>
    public const string DirectoryName = DeviceDirectory.Name;

    /// <summary>The name of the piece that says how far the registration has come.</summary>
    internal const string EntryName = "journal.json";
    private const string IdentityName = "identity.json";
    private const string AnswerName = "answer.json";
    private const string TokenMarkName = "token";
    private const string SealedKeyName = "pkey.sealed";
    private const string RejectedName = "answer.rejected";
    private readonly string root;
    private readonly IDeviceStorage storage;
    private readonly string entryPath;
    private readonly string identityPath;
    private JournalOrigin? here;

    /// <summary>Names the journal of a SOTA directory; touches nothing.</summary>
    /// <param name="sotaPath">The SOTA directory on this machine.</param>
    /// <param name="root">The directory that the paths of the device are below.</param>
    public EnrollmentJournal(string sotaPath, string root = "/")
        : this(sotaPath, root, new DeviceDirectory(sotaPath))
    {
    }

    /// <summary>Names the journal of a device that may be on a line.</summary>
    /// <param name="storage">Where its pieces are.</param>
    internal EnrollmentJournal(string sotaPath, string root, IDeviceStorage storage)
    {
        this.root = root;
        this.storage = storage;
        JournalPath = storage.JournalPath;
        InstalledKeyPath = Path.Join(sotaPath, CredentialFileNames.PrivateKey);
        entryPath = Path.Join(JournalPath, EntryName);
        identityPath = Path.Join(JournalPath, IdentityName);
        PrivateKeyPath = Path.Join(JournalPath, CredentialFileNames.PrivateKey);
    }

    /// <summary>The journal's directory.</summary>
    public string JournalPath { get; }

    /// <summary>Where a software key waits until it is put in place.</summary>
    public string PrivateKeyPath { get; }

    /// <summary>Where a software key is once it is put in place.</summary>
    public string InstalledKeyPath { get; }

    /// <summary>Whether an interrupted registration left anything here; it counts when the entry does not.</summary>
    public bool HasTraces => storage.Pieces.Any();

    /// <summary>Whether that is more than the mark of a token that was about to be initialised: then a key was made, and perhaps sent.</summary>
    public bool HasTracesOfKey => storage.Pieces.Any(piece => piece != TokenMarkName);

    /// <summary>Where all of the device is written.</summary>
    internal IDeviceStorage Storage => storage;

    /// <summary>
    /// Reads the entry. A damaged one is set aside in the journal's directory and reported, never trusted; where its copy is whole,
    /// the copy takes its place.
    /// </summary>
    /// <param name="observer">Told when the journal is damaged or gone.</param>
    /// <returns>The entry; <see langword="null"/> when there is none that can be believed.</returns>
    public JournalEntry? Read(IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (Peek(out string damage) is JournalEntry whole)
        {
            return whole;
        }

        if (damage.Length > 0)
        {
            DeviceDirectory.SetAside(entryPath);
            observer.ReportWarning($"The journal '{entryPath}' is {damage}. It was set aside in '{JournalPath}'.");
        }

        if (PeekIdentity() is not JournalEntry identity)
        {
            return null;
        }

        observer.ReportWarning($"{(damage.Length > 0 ? "Its copy" : $"The journal '{entryPath}' is gone, and its copy '{identityPath}'")} says who the device is: the registration of {identity.Uuid} continues.");
        // An answer that is here is checked before it is used.
        JournalEntry entry = identity with { State = storage.Read(AnswerName) is not null ? RegistrationState.AnswerReceived : RegistrationState.RequestSent };
        if (entry.Origin.FindDifference(Here()) is null)
        {
            Save(entry);
        }

        return entry;
    }

    /// <summary>Reads the entry and leaves everything as it is, a damaged one too.</summary>
    /// <param name="damage">What is wrong with it; empty when nothing is.</param>
    /// <returns>The entry; <see langword="null"/> when there is none that counts.</returns>
    public JournalEntry? Peek(out string damage) => ReadEntry(EntryName, out damage);

    /// <summary>
    /// Reads the entry's copy, which is written once for each identity: who the device is, and which key and CSR are its own. How far
    /// the registration came it does not say, so the request counts as sent.
    /// </summary>
    /// <returns>The entry; <see langword="null"/> when there is none, or a damaged one.</returns>
    public JournalEntry? PeekIdentity() => ReadEntry(IdentityName, out _);

    /// <summary>
    /// Makes durable what an earlier run left, before anything is built on it: that run may have been killed before an fsync, or
    /// been told that it failed.
    /// </summary>
    public void Keep(JournalEntry entry)
    {
        DurableDirectory.SyncName(JournalPath);
        Write(entry, anew: true);
    }

    /// <summary>Makes the entry durable, and the journal's directory when it is missing; a new identity gets its copy first.</summary>
    public void Save(JournalEntry entry) => Write(entry, anew: false);

    private void Write(JournalEntry entry, bool anew)
    {
        DurableDirectory.Create(JournalPath);
        JournalEntry signed = entry with { Origin = Here() };
        if (entry.State > RegistrationState.Unregistered && !storage.KeepsEarlier)
        {
            byte[] identity = JournalEntryFormat.Encode(signed with { State = RegistrationState.RequestSent });
            if (anew || PeekIdentity() is not JournalEntry copy || !identity.AsSpan().SequenceEqual(JournalEntryFormat.Encode(copy)))
            {
                storage.Write(IdentityName, identity);
            }
        }

        storage.Write(EntryName, JournalEntryFormat.Encode(signed));
        if (entry.State == RegistrationState.Unregistered)
        {
            // Of an attempt that is given up.
            storage.Delete(IdentityName);
            storage.Delete(AnswerName);
        }
    }

    /// <summary>Says on which machine the journal's directory lies now.</summary>
    /// <returns>What an entry that is written now would have as its origin.</returns>
    public JournalOrigin Here() => here ??= storage.OriginBelow(root);

    /// <summary>Whether an unfinished registration began to initialise a token: a torn one is ours.</summary>
    public bool TokenInitializationBegan => storage.Read(TokenMarkName) is not null;

    /// <summary>Remembers that a blank token is about to be initialised; this comes before the entry, which needs the token.</summary>
    public void BeginTokenInitialization()
    {
        DurableDirectory.Create(JournalPath);
        storage.Write(TokenMarkName, []);
    }

    /// <summary>Makes a checked answer durable; the entry says separately that it counts.</summary>
    /// <param name="body">The body as it came.</param>
    public void SaveAnswer(ReadOnlySpan<byte> body) => storage.Write(AnswerName, body);

    /// <summary>Reads the answer back.</summary>
    /// <returns>The bytes that <see cref="SaveAnswer"/> wrote; <see langword="null"/> when there are none.</returns>
    public byte[]? ReadAnswer() => storage.Read(AnswerName);

    /// <summary>Keeps the encrypted private key of an imported device, which this machine cannot open.</summary>
    /// <param name="pem">The key as PEM.</param>
    public void SaveSealedKey(string pem) => storage.Write(SealedKeyName, Encoding.UTF8.GetBytes(pem));

    /// <summary>Reads the encrypted private key back.</summary>
    /// <returns>What <see cref="SaveSealedKey"/> wrote; <see langword="null"/> when there is none.</returns>
    public string? ReadSealedKey() => storage.Read(SealedKeyName) is byte[] pem ? Encoding.ASCII.GetString(pem) : null;

    /// <summary>Keeps an answer that failed its checks for a person to look at.</summary>
    /// <param name="body">The body as it came.</param>
    public string KeepRejectedAnswer(ReadOnlySpan<byte> body)
    {
        storage.Write(RejectedName, body);
        return Path.Join(JournalPath, RejectedName);
    }

    /// <summary>Keeps a software key until it is put in place.</summary>
    internal void SaveKey(FileDeviceKey key)
    {
        byte[] pem = key.EncodePem();
        try
        {
            storage.Write(CredentialFileNames.PrivateKey, pem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    /// <summary>Reads the software key back.</summary>
    /// <returns>PEM; <see langword="null"/> when there is none.</returns>
    internal byte[]? ReadKey() => storage.Read(CredentialFileNames.PrivateKey);

    /// <summary>Forgets the registration: first the entry, so that what a power cut leaves is incomplete and nothing else.</summary>
    public void Remove()
    {
        storage.Delete(IdentityName);
        storage.Delete(EntryName);
        storage.Clear();
    }

    /// <summary>Forgets the registration of a device that has its credentials: nothing in the journal is needed any more, so a failure is a warning.</summary>
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

    private JournalEntry? ReadEntry(string piece, out string damage)
    {
        try
        {
            damage = string.Empty;
            return storage.Read(piece) is byte[] content ? JournalEntryFormat.Decode(content, out damage) : null;
        }
        catch (InvalidDataException e)
        {
            damage = e.Message;
            return null;
        }
    }
}
