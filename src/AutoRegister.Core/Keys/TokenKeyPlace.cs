using AutoRegister.Core.Configuration;
using AutoRegister.Core.Keys.Pkcs11;

namespace AutoRegister.Core.Keys;

/// <summary>The device's token: the key is made in it and never leaves it.</summary>
internal sealed class TokenKeyPlace : IKeyPlace
{
    private readonly HsmSettings hsm;
    private readonly TokenSession session;
    private readonly IRegistrationObserver observer;

    private TokenKeyPlace(HsmSettings hsm, TokenSession session, IRegistrationObserver observer)
    {
        this.hsm = hsm;
        this.session = session;
        this.observer = observer;
    }

    public string Description => $"token {hsm.TokenLabel}";

    public string Location =>
        $"pkcs11:token={Uri.EscapeDataString(hsm.TokenLabel)};object={TokenNames.KeyLabel};id=%{TokenNames.Hex(TokenNames.KeyId)};type=private";

    /// <summary>Finds the token, initialises it when it is blank, and logs in once.</summary>
    internal static TokenKeyPlace Open(HsmSettings hsm, IRegistrationObserver observer)
    {
        TokenSession session = TokenSession.Open(hsm, mayInitialize: true, observer);
        observer.ReportStep($"PKCS#11 token '{hsm.TokenLabel}' {(session.InitializedNow ? "initialised" : "found")} (serial {session.Token.Serial})");
        return new TokenKeyPlace(hsm, session, observer);
    }

    public string? FindDeviceUuid() => Pkcs11Module.FindUuidInSlotDescription(hsm.ModulePath);

    public void RequireFree() => TokenConflicts.Check(session.Token, session.FindObjects(), default);

    public void Clear()
    {
        List<TokenObject> doomed = [.. TokenConflicts.Find(session.FindObjects(), default)];
        foreach (TokenObject item in doomed)
        {
            observer.ReportWarning($"Removing the {item} from the token '{hsm.TokenLabel}'");
        }

        session.DestroyObjects(doomed);
    }

    public IDeviceKey? Find(string fingerprint)
    {
        TokenKey? key = session.FindKey();
        if (key is not null && PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) == fingerprint)
        {
            return key;
        }

        key?.Dispose();
        return null;
    }

    public IDeviceKey Make()
    {
        if (session.FindKey() is TokenKey whole)
        {
            observer.ReportStep("Taking up the key that an interrupted run made");
            return whole;
        }

        session.DestroyObjects(TokenConflicts.FindHalves(session.FindObjects()));
        TokenKey key = session.GenerateKey(new KeyRequest());
        observer.ReportStep($"Key made in the token '{hsm.TokenLabel}': it never leaves it");
        return key;
    }

    /// <summary>Puts the device certificate beside its key.</summary>
    internal void StoreCertificate(ReadOnlyMemory<byte> certificate) => session.StoreCertificate(certificate);

    public void Dispose() => session.Dispose();
}
