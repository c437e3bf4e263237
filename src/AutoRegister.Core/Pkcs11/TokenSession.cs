using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;
using AutoRegister.Core.Pkcs11.Token;

namespace AutoRegister.Core.Pkcs11;

/// <summary>
/// A login to the device's token. Several may be open at once, on any threads; a module serves one call at a time, unless
/// <see cref="HsmSettings.ServesThreads"/> says that it can do more.
/// Disposing the last one logs out and finalises the module; keys it handed out end with it.
/// </summary>
public sealed class TokenSession : IDisposable
{
    private readonly OpenedSession opened;
    private readonly TokenAccess access;
    private readonly TokenObjects objects;
    private readonly TokenKeys keys;
    private readonly TokenCertificates certificates;
    private readonly ExistingKeys existing;
    private readonly IRegistrationObserver observer;
    private int disposed;

    private TokenSession(OpenedSession opened, IRegistrationObserver observer, ModuleCalls? beside = null)
    {
        this.opened = opened;
        this.observer = observer;
        access = new TokenAccess(opened, beside);
        objects = new TokenObjects(access);
        keys = new TokenKeys(access, objects, observer);
        existing = new ExistingKeys(access, objects, keys);
        certificates = new TokenCertificates(access, objects, observer);
    }

    /// <summary>The token.</summary>
    public TokenInfo Token => access.Token;

    /// <summary>Whether opening it initialised the token or set its user PIN.</summary>
    public bool InitializedNow => opened.InitializedNow;

    /// <summary>Finds the device's token and logs in, with one attempt.</summary>
    /// <param name="hsm">Module, label and PINs.</param>
    /// <param name="mayInitialize">Whether a blank token may be initialised, and a missing user PIN set.</param>
    /// <param name="beforeInitialization">Called when a blank token is about to be initialised: the time to remember that.</param>
    /// <param name="mayErase">Whether it may be although it holds objects, which are lost then.</param>
    public static TokenSession Open(HsmSettings hsm, bool mayInitialize, IRegistrationObserver observer, Action? beforeInitialization = null, bool mayErase = false)
    {
        ArgumentNullException.ThrowIfNull(hsm);
        ArgumentNullException.ThrowIfNull(observer);
        TokenSession session = OpenOne(hsm, mayInitialize, observer, beforeInitialization, mayErase);
        LineTokens.Keep(hsm, () => OpenOne(hsm, mayInitialize: false, SilentObserver.Instance));
        return session;
    }

    private static TokenSession OpenOne(HsmSettings hsm, bool mayInitialize, IRegistrationObserver observer, Action? beforeInitialization = null, bool mayErase = false)
    {
        using var opener = new SessionOpener(hsm, observer);
        OpenedSession opened = opener.Open(hsm, mayInitialize, mayErase, observer, beforeInitialization);
        return new TokenSession(opened, observer, hsm.ServesThreads ? opened.Module.Loaded.Door.Beside() : null);
    }

    /// <summary>
    /// Finds the device's token and logs in only when the token asks for it. Public objects need no login (PKCS#11 2.40,
    /// section 2.4), and one that is not made cannot be interrupted: SoftHSM2 writes its token file anew at every login.
    /// </summary>
    /// <param name="hsm">Module, label and PIN.</param>
    public static TokenSession OpenPublic(HsmSettings hsm, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(hsm);
        ArgumentNullException.ThrowIfNull(observer);
        using var opener = new SessionOpener(hsm, observer);
        return new TokenSession(opener.OpenPublic(hsm, observer), observer);
    }

    /// <summary>Logs in where <see cref="OpenPublic"/> left that for later.</summary>
    internal void LogIn()
    {
        lock (opened.Module.Loaded.Calls)
        {
            opened.LogIn();
        }
    }

    /// <summary>Makes durable what the token holds, where the module itself does not: see <see cref="SoftHsmStorage"/>.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.WriteFailed"/>.</exception>
    public void MakeDurable()
    {
        if (SoftHsmStorage.Serves(opened.Module.Loaded.Manufacturer))
        {
            lock (opened.Module.Loaded.Calls)
            {
                SoftHsmStorage.MakeDurable(Token.Serial, Variables);
            }
        }
    }

    /// <summary>Lists all keys and certificates in the token.</summary>
    /// <returns>The objects; incomplete key pairs included.</returns>
    public IReadOnlyList<TokenObject> FindObjects() => objects.FindAll();

    /// <summary>Lists what may be a device's: in a token of its own everything, in one that it shares what has one of its names.</summary>
    /// <returns>The objects; incomplete key pairs included.</returns>
    public IReadOnlyList<TokenObject> FindObjects(DeviceObjects ours)
    {
        ArgumentNullException.ThrowIfNull(ours);
        return objects.FindOf(ours);
    }

    /// <summary>Lists the keys and certificates with this id, by which the OTA client looks for its own.</summary>
    public IReadOnlyList<TokenObject> FindObjects(ObjectId id) => objects.FindWith(id);

    /// <summary>Lists all keys and certificates in the token as a person reads them.</summary>
    public IReadOnlyList<HsmObject> ListObjects() => objects.ListAll();

    /// <summary>Makes a key pair that never leaves the token, checks its attributes, and verifies a test signature.</summary>
    /// <param name="request">Its names. Nothing may be there under them.</param>
    public TokenKey GenerateKey(KeyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return keys.Generate(request);
    }

    /// <summary>Finds a complete key pair, checks its attributes, and verifies a test signature.</summary>
    /// <param name="label">Its label; <see langword="null"/> for the one of <see cref="DeviceObjects.Standard"/>, here and below.</param>
    /// <returns>The pair; <see langword="null"/> where a half or both are missing.</returns>
    public TokenKey? FindKey(string? label = null, ObjectId? id = null) => keys.Find(label ?? DeviceObjects.Standard.KeyLabel, id ?? DeviceObjects.Standard.KeyId);

    /// <summary>
    /// Finds the key pair that an interrupted registration made, and repairs it: a public key that is gone or incomplete is put back. What
    /// cannot be repaired is removed.
    /// </summary>
    /// <param name="subjectPublicKeyInfo">The public key, as its certificate request has it.</param>
    /// <returns>The pair; <see langword="null"/> when it is gone, or another whole pair is in its place.</returns>
    internal TokenKey? RepairKey(DeviceObjects ours, byte[] subjectPublicKeyInfo) =>
        new KeyRepair(access, objects, keys, observer).Run(ours, subjectPublicKeyInfo);

    /// <summary>Whether the token is a directory of files, which can be copied with everything in it.</summary>
    internal bool IsMadeOfFiles => SoftHsmStorage.Serves(opened.Module.Loaded.Manufacturer);

    /// <summary>Reads how often objects were put into the token or taken out; <see langword="null"/> where no module counts.</summary>
    internal Func<ulong?>? Generation => IsMadeOfFiles ? SoftHsmStorage.GenerationOf(Token.Serial, Variables) : null;

    /// <summary>What the module found in the environment.</summary>
    internal ModuleVariables Variables => opened.Module.Loaded.Variables;

    /// <summary>Finds a key that someone else put into the token, checks its attributes, and verifies a test signature.</summary>
    /// <param name="reference">Its label, its id, or both.</param>
    /// <param name="forOtaClient">Whether the OTA client is to find it by its id: not any id will do then.</param>
    /// <returns>The key; its public half may be known from a certificate only.</returns>
    public TokenKey FindExistingKey(KeyReference reference, bool forOtaClient = false)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return existing.Find(reference, forOtaClient);
    }

    /// <summary>Removes a key pair, the private key first.</summary>
    /// <param name="key">The pair, from this token.</param>
    public void DestroyKey(TokenKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        access.Destroy(key.PrivateKey);
        if (key.PublicKey is not null)
        {
            access.Destroy(key.PublicKey);
        }

        key.Dispose();
    }

    /// <summary>Removes exactly these objects; private keys first. One that is gone already is no failure.</summary>
    /// <param name="doomed">Objects from <see cref="FindObjects()"/>.</param>
    public void DestroyObjects(IEnumerable<TokenObject> doomed)
    {
        foreach (TokenObject item in doomed.OrderBy(o => o.Kind))
        {
            access.Destroy(item.Handle ?? throw new ArgumentException("An object that was not found in a token cannot be removed from one.", nameof(doomed)));
        }
    }

    /// <summary>Removes what a run of ours left that was killed while the token wrote an object.</summary>
    /// <param name="incomplete">From <see cref="IncompleteObjects.Find"/>.</param>
    public void RemoveIncomplete(IReadOnlyList<TokenObject> incomplete)
    {
        ArgumentNullException.ThrowIfNull(incomplete);
        foreach (TokenObject item in incomplete)
        {
            observer.ReportWarning($"Removing the {item} from {Token}: an interrupted run did not finish writing it");
        }

        DestroyObjects(incomplete);
    }

    /// <summary>
    /// Puts a certificate in: new one in, read back and compared, old ones for the same public key out. The same one there
    /// already is a success. Another key's certificate under these names is a conflict, unless it may be replaced.
    /// </summary>
    /// <param name="certificate">The certificate, DER.</param>
    /// <param name="replaceable">Other keys' certificates, from <see cref="FindObjects()"/>, that may go.</param>
    public void StoreCertificate(ReadOnlyMemory<byte> certificate, string? label = null, ObjectId? id = null, IReadOnlyCollection<TokenObject>? replaceable = null) =>
        certificates.Store(certificate.ToArray(), label ?? DeviceObjects.Standard.CertificateLabel, id ?? DeviceObjects.Standard.CertificateId, replaceable ?? []);

    /// <summary>Finds a certificate.</summary>
    /// <returns>The DER; <see langword="null"/> when there is none.</returns>
    public byte[]? FindCertificate(string? label = null, ObjectId? id = null) =>
        certificates.Find(label ?? DeviceObjects.Standard.CertificateLabel, id ?? DeviceObjects.Standard.CertificateId);

    /// <summary>Reads a certificate.</summary>
    /// <param name="found">The certificate, from <see cref="FindObjects()"/>.</param>
    /// <returns>The DER; <see langword="null"/> where the token does not show it.</returns>
    public byte[]? ReadCertificate(TokenObject found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Handle is null ? null : certificates.Read(found.Handle);
    }

    /// <summary>
    /// Proves that a private key in the token is a public key's other half, with a test signature. How the key is protected is not
    /// looked at: one that another tool made may be used as it is.
    /// </summary>
    /// <param name="privateKey">The private key, from <see cref="FindObjects()"/>.</param>
    /// <param name="subjectPublicKeyInfo">The public key, DER.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmKeyUnusable"/> where it is not, or does not sign.</exception>
    internal void Prove(TokenObject privateKey, byte[] subjectPublicKeyInfo)
    {
        KeyAlgorithm algorithm = KeyAlgorithms.Of(subjectPublicKeyInfo)
            ?? throw KeyAttributes.Unusable(access, privateKey.Label, "its certificate is for another kind of key than a device may have");
        using var key = new TokenKey(access, privateKey.Label, new ObjectId(privateKey.Id), privateKey.Handle!, null, subjectPublicKeyInfo, algorithm);
        key.Prove();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            access.Close();
            opened.Dispose();
        }
    }
}
