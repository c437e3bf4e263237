using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Enrollment;

/// <summary>Where a device key lives: a file beside the journal, or a token.</summary>
internal interface IKeyStore : IDisposable
{
    /// <summary>What the journal remembers of the store: it changes when the device is told to keep its key elsewhere.</summary>
    string Description { get; }

    /// <summary>Where a person finds the key: a path or a <c>pkcs11:</c> URI (RFC 7512).</summary>
    string Location { get; }

    /// <summary>Refuses to go on when something that is not ours is in the way; called before anything is remembered or made.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmObjectConflict"/> naming the object.</exception>
    void RequireFree();

    /// <summary>Whether nothing is in the way of what is to be made.</summary>
    bool IsFree { get; }

    /// <summary>
    /// Removes what came here with a copied file system, where the store is files: it is another machine's, and that machine keeps its
    /// own. What cannot be copied is left for <see cref="RequireFree"/> to judge.
    /// </summary>
    void ClearCopy();

    /// <summary>Lists what is there before anything is made: it is not ours, and no later run may take it for ours.</summary>
    /// <returns>One text for each object.</returns>
    IReadOnlyList<string> Inventory();

    /// <summary>Removes every key and certificate in our way, whoever made them (<c>-Force</c>).</summary>
    void Clear();

    /// <summary>Finds the UUID the hardware gives the device, as upstream does: lower-case hex in a slot description.</summary>
    /// <returns>The UUID; <see langword="null"/> when there is none.</returns>
    string? FindDeviceUuid();

    /// <summary>Finds a key by its public key.</summary>
    /// <param name="fingerprint">SHA-256 of the SubjectPublicKeyInfo, hex.</param>
    /// <returns>The key; <see langword="null"/> when it is not there.</returns>
    IDeviceKey? Find(string fingerprint);

    /// <summary>Finds the key of an interrupted registration, repairs what can be, and removes what is left of one that cannot.</summary>
    /// <param name="fingerprint">SHA-256 of the SubjectPublicKeyInfo, hex.</param>
    /// <param name="certificateRequest">Its CSR, PEM.</param>
    /// <returns>The key; <see langword="null"/> when it is not there any more.</returns>
    IDeviceKey? Recover(string fingerprint, string certificateRequest) => Find(fingerprint);

    /// <summary>
    /// Makes the key. The journal already says that whatever is there was made by an attempt of ours that was cut off: a whole
    /// key is taken, half of one removed.
    /// </summary>
    /// <param name="before">The inventory the journal remembers.</param>
    /// <param name="algorithm">What kind of key, when one has to be made.</param>
    IDeviceKey Make(IReadOnlyCollection<string> before, KeyAlgorithm algorithm);

    /// <summary>Removes what a run of ours left that was killed while the store wrote something.</summary>
    /// <param name="before">The inventory the journal remembers.</param>
    void RemoveIncomplete(IReadOnlyCollection<string> before);

    /// <summary>Makes durable what the store holds, before anyone relies on it.</summary>
    void MakeDurable();

    /// <summary>Adds to the configuration what was found out about the key.</summary>
    /// <returns>The same, or a completed one.</returns>
    SotaConfig Refine(SotaConfig config) => config;
}
