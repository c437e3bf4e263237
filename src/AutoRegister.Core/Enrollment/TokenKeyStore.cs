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
        LineTokens.Keep(hsm);
        observer.ReportStep($"PKCS#11 token '{hsm.TokenLabel}' {(session.InitializedNow ? "initialised" : "found")} (serial {session.Token.Serial})");
        return new TokenKeyStore(hsm, journal, session, observer);
    }

    public string? FindDeviceUuid() => Pkcs11Module.FindUuidInSlotDescription(hsm);

    public void RequireFree()
    {
        ClearWhereCopied();
        TokenConflicts.Check(session.Token, session.FindObjects(hsm.Objects), default, hsm.Objects);
    }

    public bool IsFree => TokenConflicts.Find(session.FindObjects(hsm.Objects), default, hsm.Objects).Count == 0;

    public void ClearCopy()
    {
        if (session.IsMadeOfFiles)
        {
            Clear();
        }
    }

    public void Clear()
    {
        List<TokenObject> doomed = [.. TokenConflicts.Find(session.FindObjects(hsm.Objects), default, hsm.Objects)];
        foreach (TokenObject item in doomed)
        {
            observer.ReportWarning($"Removing the {item} from the token '{hsm.TokenLabel}'");
        }

        session.DestroyObjects(doomed);
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

    public IReadOnlyList<string> Inventory() => IncompleteObjects.Inventory(session.FindObjects(hsm.Objects));

    public IDeviceKey Make(IReadOnlyCollection<string> before, KeyAlgorithm algorithm)
    {
        ClearWhereCopied();
        RemoveIncomplete(before);
        session.DestroyObjects(TokenConflicts.FindIncompletePairs(session.FindObjects(hsm.Objects), hsm.Objects));
        if (FindWhole() is TokenKey whole)
        {
            observer.ReportStep("Taking up the key that an interrupted run made");
            return whole;
        }

        if (session.IsMadeOfFiles)
        {
            SoftHsmOrigin.Mark(session.Token.Serial, journal.Here(), session.Variables);
        }

        TokenKey key = session.GenerateKey(new KeyRequest(hsm.Objects.KeyLabel, hsm.Objects.KeyId, algorithm));
        observer.ReportStep($"Key made in the token '{hsm.TokenLabel}': it never leaves it");
        return key;
    }

    public void RemoveIncomplete(IReadOnlyCollection<string> before) => session.RemoveIncomplete(before, hsm.Objects, observer);

    private void ClearWhereCopied()
    {
        if (session.IsMadeOfFiles && !IsFree && SoftHsmOrigin.FindDifference(session.Token.Serial, journal.Here(), session.Variables) is string difference)
        {
            observer.ReportWarning($"The files of {session.Token} were copied from another machine ({difference}). The key in it is that machine's: it is removed here, and this device makes its own.");
            Clear();
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
            session.DestroyObjects(session.FindObjects(hsm.Objects).Where(o => o.Kind != TokenObjectKind.Certificate && hsm.Objects.Names(o)));
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
