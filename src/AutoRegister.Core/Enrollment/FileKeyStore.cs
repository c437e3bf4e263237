using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>A key file: in the journal's directory until it is put in place.</summary>
internal sealed class FileKeyStore(EnrollmentJournal journal) : IKeyStore
{
    private bool written;

    public string Description => "file";

    public string Location => journal.PrivateKeyPath;

    public bool IsFree => true;

    public void RequireFree()
    {
        // The journal's directory is ours; nothing in it can be foreign.
    }

    public IReadOnlyList<string> Inventory() => [];

    public void Clear()
    {
        // An earlier key file is replaced when the new one is put in place, not before.
    }

    public void ClearCopy()
    {
        // The key file went with the journal.
    }

    public string? FindDeviceUuid() => null;

    public IDeviceKey? Find(string fingerprint)
    {
        if (Take(journal.ReadKey(), fingerprint) is FileDeviceKey key)
        {
            return key;
        }

        // A run that was interrupted after it had put the key in place left a second copy of it.
        FileDeviceKey? installed = Take(SmallFile.TryReadOwn(journal.InstalledKeyPath), fingerprint);
        if (installed is not null)
        {
            journal.SaveKey(installed);
        }

        return installed;
    }

    private static FileDeviceKey? Take(byte[]? pem, string fingerprint)
    {
        FileDeviceKey? key = pem is null ? null : FileDeviceKey.FromPem(pem);
        if (key is not null && PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) == fingerprint)
        {
            return key;
        }

        key?.Dispose();
        return null;
    }

    public IDeviceKey Make(IReadOnlyCollection<string> before, KeyAlgorithm algorithm)
    {
        var key = FileDeviceKey.Create(algorithm);
        journal.SaveKey(key);
        written = true;
        return key;
    }

    public void RemoveIncomplete(IReadOnlyCollection<string> before)
    {
        // A file is written whole or not at all.
    }

    public void MakeDurable()
    {
        if (!written)
        {
            AtomicFile.WriteAnew(journal.PrivateKeyPath);
            written = true;
        }
    }

    public void Dispose()
    {
    }
}
