using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>The device's token: the key is made in it and never leaves it.</summary>
internal sealed class TokenKeyStore : IKeyStore
{
    // One at a time in this process. What an interrupted run left of a token is removed while nobody uses the module, and on a
    // line it must not be the token that the next device is just getting; a module serves one call at a time anyway.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    private readonly HsmSettings hsm;
    private readonly EnrollmentJournal journal;
    private readonly TokenSession session;
    private readonly IRegistrationObserver observer;
    private IReadOnlyList<TokenObject>? seen;
    private int disposed;

    private TokenKeyStore(HsmSettings hsm, EnrollmentJournal journal, TokenSession session, IRegistrationObserver observer)
    {
        this.journal = journal;
        this.hsm = hsm;
        this.session = session;
        this.observer = observer;
    }

    public string Description => hsm.Objects.IsStandard ? $"token {hsm.TokenLabel}" : $"token {hsm.TokenLabel}, key id {hsm.Objects.KeyId}";

    public string Location =>
        Pkcs11Uri.OfPrivateKey(hsm.TokenLabel, hsm.Objects.KeyLabel, hsm.Objects.KeyId);

    /// <summary>Finds the token, initialises it when it is blank, and logs in once.</summary>
    internal static TokenKeyStore Open(HsmSettings hsm, EnrollmentJournal journal, IRegistrationObserver observer, bool mayErase = false)
    {
        Turn.Wait();
        try
        {
            return OpenAlone(hsm, journal, observer, mayErase);
        }
        catch
        {
            Turn.Release();
            throw;
        }
    }

    private static TokenKeyStore OpenAlone(HsmSettings hsm, EnrollmentJournal journal, IRegistrationObserver observer, bool mayErase)
    {
        if (journal.TokenInitializationBegan)
        {
            IncompleteTokens.Remove(hsm, observer);
        }

        var session = TokenSession.Open(hsm, mayInitialize: true, observer, journal.BeginTokenInitialization, mayErase);
        observer.ReportStep($"PKCS#11 token '{hsm.TokenLabel}' {(session.InitializedNow ? "initialised" : "found")} (serial {session.Token.Serial})");
        return new TokenKeyStore(hsm, journal, session, observer);
    }

    public string? FindDeviceUuid() => Pkcs11Module.FindUuidInSlotDescription(hsm);

    // What has one of the device's names, looked for once: SoftHSM2 reads the files of all objects for each search, and a line's token has
    // those of many devices.
    private IReadOnlyList<TokenObject> Objects => seen ??= session.FindObjects(hsm.Objects);

    private IReadOnlyList<TokenObject> ForeignObjects => TokenConflicts.Find(Objects, default, hsm.Objects);

    public bool IsFree
    {
        get
        {
            seen = null;
            return ForeignObjects.Count == 0;
        }
    }

    public void RequireFree()
    {
        seen = null;
        ClearWhereCopied();
        TokenConflicts.Check(session.Token, Objects, default, hsm.Objects);
    }

    public void ClearCopy()
    {
        if (session.IsMadeOfFiles)
        {
            Clear();
        }
    }

    public void Clear()
    {
        seen = null;
        ClearForeign();
    }

    public IDeviceKey? Find(string fingerprint)
    {
        TokenKey? key = FindKey();
        if (key is not null && PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span) == fingerprint)
        {
            return key;
        }

        key?.Dispose();
        return null;
    }

    public IDeviceKey? Recover(string fingerprint, string certificateRequest) =>
        session.RepairKey(hsm.Objects, CertificateRequestBuilder.PublicKeyOf(certificateRequest));

    public IReadOnlyList<string> Inventory() => IncompleteObjects.Inventory(Objects);

    public IDeviceKey Make(IReadOnlyCollection<string> before, KeyAlgorithm algorithm)
    {
        ClearWhereCopied();
        ClearIncomplete(before);
        Destroy(TokenConflicts.FindIncompletePairs(Objects, hsm.Objects));
        if (Objects.Any(IsOurKey) && FindWhole() is TokenKey whole)
        {
            observer.ReportStep("Taking up the key that an interrupted run made");
            return whole;
        }

        if (session.IsMadeOfFiles)
        {
            SoftHsmOrigin.Mark(session.Token.Serial, journal.Here(), session.Variables);
        }

        seen = null;
        TokenKey key = session.GenerateKey(new KeyRequest(hsm.Objects.KeyLabel, hsm.Objects.KeyId, algorithm));
        observer.ReportStep($"Key made in the token '{hsm.TokenLabel}': it never leaves it");
        return key;
    }

    public void RemoveIncomplete(IReadOnlyCollection<string> before)
    {
        seen = null;
        ClearIncomplete(before);
    }

    private bool IsOurKey(TokenObject o) => o.Kind != TokenObjectKind.Certificate && hsm.Objects.Names(o);

    private void ClearWhereCopied()
    {
        if (session.IsMadeOfFiles && ForeignObjects.Count > 0 && SoftHsmOrigin.FindDifference(session.Token.Serial, journal.Here(), session.Variables) is string difference)
        {
            observer.ReportWarning($"The files of {session.Token} were copied from another machine ({difference}). The key in it is that machine's: it is removed here, and this device makes its own.");
            ClearForeign();
        }
    }

    private void ClearForeign()
    {
        IReadOnlyList<TokenObject> doomed = ForeignObjects;
        foreach (TokenObject item in doomed)
        {
            observer.ReportWarning($"Removing the {item} from the token '{hsm.TokenLabel}'");
        }

        Destroy(doomed);
    }

    private void ClearIncomplete(IReadOnlyCollection<string> before)
    {
        if (IncompleteObjects.Find(Objects, before, hsm.Objects) is { Count: > 0 } incomplete)
        {
            seen = null;
            session.RemoveIncomplete(incomplete);
        }
    }

    private void Destroy(IReadOnlyList<TokenObject> doomed)
    {
        if (doomed.Count > 0)
        {
            seen = null;
            session.DestroyObjects(doomed);
        }
    }

    /// <summary>A pair of ours that does not sign was not written to its end, and goes.</summary>
    private TokenKey? FindWhole()
    {
        try
        {
            return FindKey();
        }
        catch (AutoRegisterException e) when (e.Id is ErrorId.HsmKeyUnusable or ErrorId.HsmFailure)
        {
            observer.ReportWarning($"{e.Message} An interrupted run did not finish writing the key; it is removed.");
            Destroy([.. Objects.Where(IsOurKey)]);
            return null;
        }
    }

    private TokenKey? FindKey() => session.FindKey(hsm.Objects.KeyLabel, hsm.Objects.KeyId);

    public void MakeDurable() => session.MakeDurable();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            session.Dispose();
            Turn.Release();
        }
    }
}
