using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Enrollment;

/// <summary>A key that someone else, usually the manufacturer, put into the token: it is used and never made, moved or removed.</summary>
internal sealed class ExistingKeyStore : IKeyStore
{
    private readonly HsmSettings hsm;
    private readonly TokenSession session;
    private readonly IRegistrationObserver observer;
    private readonly TokenKey key;

    private ExistingKeyStore(HsmSettings hsm, TokenSession session, TokenKey key, IRegistrationObserver observer)
    {
        this.hsm = hsm;
        this.session = session;
        this.key = key;
        this.observer = observer;
    }

    public string Description => $"token {hsm.TokenLabel}, existing key id {key.Id}";

    public string Location =>
        Pkcs11Uri.OfPrivateKey(hsm.TokenLabel, key.Label, key.Id);

    /// <summary>Finds token and key, and logs in once; initialises nothing.</summary>
    internal static ExistingKeyStore Open(HsmSettings hsm, KeyReference existing, IRegistrationObserver observer)
    {
        var session = TokenSession.Open(hsm, mayInitialize: false, observer);
        try
        {
            TokenKey key = session.FindExistingKey(existing, forOtaClient: true);
            observer.ReportStep($"Using the {key.Algorithm.DisplayName()} key \"{key.Label}\" (id {key.Id}) that is in {session.Token}");
            return new ExistingKeyStore(hsm, session, key, observer);
        }
        catch (AutoRegisterException)
        {
            session.Dispose();
            throw;
        }
    }

    public SotaConfig Refine(SotaConfig config) =>
        config with { Hsm = hsm, Decisions = config.Decisions with { ExistingKey = new KeyReference(key.Label, key.Id.Hex) } };

    public string? FindDeviceUuid() => Pkcs11Module.FindUuidInSlotDescription(hsm);

    public bool IsFree => true;

    public void RequireFree()
    {
        // The key is meant to be there; a certificate in the way is found when ours is stored.
    }

    public void ClearCopy()
    {
        // The key was in the token before; it is the token's, wherever that is.
    }

    public void Clear()
    {
        TokenObject[] doomed = [.. TokenConflicts.Find(session.FindObjects(), key.SubjectPublicKeyInfo.Span, DeviceObjects.Standard).Where(o => o.Kind == TokenObjectKind.Certificate)];
        foreach (TokenObject item in doomed)
        {
            observer.ReportWarning($"Removing the {item} from the token '{hsm.TokenLabel}'");
        }

        session.DestroyObjects(doomed);
    }

    public IDeviceKey? Find(string fingerprint) => PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) == fingerprint ? key : null;

    public IReadOnlyList<string> Inventory() => IncompleteObjects.Inventory(session.FindObjects());

    public IDeviceKey Make(IReadOnlyCollection<string> before, KeyAlgorithm algorithm) => key;

    public void RemoveIncomplete(IReadOnlyCollection<string> before) =>
        session.RemoveIncomplete(IncompleteObjects.Find(session.FindObjects(), before, DeviceObjects.Standard));

    public void MakeDurable() => session.MakeDurable();

    public void Dispose() => session.Dispose();
}
