using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Keys;
using AutoRegister.Core.OtaClient;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// From nothing, or from whatever an interrupted run left, to a durable key, UUID and CSR. What is about to be made is
/// remembered before it is made, so that a key in a token is known to be ours even when the power goes in between.
/// </summary>
internal sealed class KeyStep(SotaConfig config, KeyChoice choice, IRegistrationObserver observer) : EnrollmentStep<DeviceKey>(config, observer)
{
    private bool isCopy;

    public override string Name => "make the key";

    protected override Task<DeviceKey> RunAsync(CancellationToken cancellation) => Task.FromResult(Run());

    private DeviceKey Run()
    {
        bool replace = choice.Replace;
        var installed = new AlreadyRegistered(Config, Journal, Observer);
        if (!replace && Journal.Peek(out _) is null && installed.Find() is DeviceKey registered)
        {
            return registered;
        }

        JournalEntry? entry = Own(Journal.Read(Observer));
        if (isCopy && !replace && installed.FindWhateverTheJournal() is DeviceKey whole)
        {
            return whole;
        }

        bool interrupted = Journal.HasTraces;
        if (entry is null && !replace && !interrupted)
        {
            installed.RequireNone();
        }

        if (entry is { KeyIsElsewhere: true } && !replace)
        {
            throw AlreadyRegistered.KeyIsElsewhere(entry, Config.SotaPath);
        }

        // A registered device is left alone, so that its client may run; anything from here on changes what the client uses.
        OtaClientLock.RequireStopped(Config.Root);
        SotaDirectory.Restrict(Config.SotaPath, Observer);
        Journal.Storage.SettleName();
        if (entry is not null)
        {
            Journal.Keep(entry);
        }

        using IKeyStore store = KeyStores.Open(Config, Journal, Observer);
        if (replace)
        {
            entry = BeginAnew(store, entry);
        }
        else if (entry is null)
        {
            entry = (isCopy ? null : new Remains(Journal, Config, Observer).FindEntry(store)) ?? BeginFromNothing(store, installed, interrupted);
        }
        else if (entry.KeyStore != store.Description)
        {
            Observer.ReportWarning($"The device was told to keep its key elsewhere ({entry.KeyStore} before, {store.Description} now): the registration begins anew.");
            entry = Begin(store, entry);
        }

        using IDeviceKey key = FindKey(ref entry, store);
        return Describe(entry = Request(entry, store, key), store, key);
    }

    /// <summary>Leaves a journal that came here with a copied file system to the machine that it was made on.</summary>
    private JournalEntry? Own(JournalEntry? entry)
    {
        if (entry?.Origin.FindDifference(Journal.Here()) is not string difference)
        {
            return entry;
        }

        Observer.ReportWarning($"The journal in '{Journal.JournalPath}' was made on another machine ({difference}). The device {entry.Uuid} is that machine's: its key is not used here, and this one begins anew.");
        isCopy = true;
        return null;
    }

    /// <summary>Without an entry: on a device that is new, or where what is left of a registration does not say whose it is.</summary>
    private JournalEntry BeginFromNothing(IKeyStore store, AlreadyRegistered installed, bool interrupted)
    {
        if (interrupted)
        {
            installed.RequireNoneFinished();
        }

        if (isCopy)
        {
            store.ClearCopy();
        }
        else if (interrupted && (Journal.HasTracesOfKey || !store.IsFree))
        {
            Remains.ReportLost(Journal, Observer);
        }

        return Begin(store, isOurs: interrupted && !isCopy);
    }

    private JournalEntry Begin(IKeyStore store, JournalEntry? givenUp = null, bool isOurs = false)
    {
        bool replace = givenUp is { Replace: true } || (Config.Hsm is { ReplaceKeys: true } && Config.Decisions.ExistingKey is null);
        if (!isOurs && !replace)
        {
            store.RequireFree();
        }

        JournalEntry entry = NewEntry(store, givenUp) with { Replace = replace };
        Journal.Save(entry);
        return entry;
    }

    private JournalEntry BeginAnew(IKeyStore store, JournalEntry? givenUp)
    {
        JournalEntry entry = NewEntry(store, givenUp) with { Replace = true };
        Journal.Remove();
        Journal.Save(entry);
        return entry;
    }

    private JournalEntry NewEntry(IKeyStore store, JournalEntry? givenUp)
    {
        string? given = Config.Uuid ?? store.FindDeviceUuid();
        string uuid = given ?? DeviceUuid.NewRandom();
        Observer.ReportStep($"UUID: {uuid} [{(Config.Uuid is not null ? "Given" : given is not null ? "HSM" : "Random")}]");
        return new JournalEntry
        {
            State = RegistrationState.Unregistered,
            Uuid = uuid,
            UuidIsOurs = given is null,
            UuidIsHardware = Config.Uuid is null && given is not null,
            Factory = Config.Factory,
            Production = Config.Production,
            KeyStore = store.Description,
            Orphans = givenUp is null ? [] : Forget(givenUp, uuid),
            ForeignObjects = store.Inventory(),
        };
    }

    /// <summary>
    /// The UUIDs that the server may hold once an attempt is given up. One that the next attempt asks for again is among them, and is
    /// nothing to delete: it may be the one that ends up registered.
    /// </summary>
    private List<string> Forget(JournalEntry givenUp, string nextUuid)
    {
        List<string> orphans = [.. givenUp.Orphans];
        if (givenUp.State >= RegistrationState.RequestSent)
        {
            orphans.Add(givenUp.Uuid);
            if (givenUp.Uuid != nextUuid)
            {
                Observer.ReportWarning($"The server may hold a device with the UUID {givenUp.Uuid} for an attempt that is given up; delete it there.");
            }
        }

        return orphans;
    }

    private IDeviceKey FindKey(ref JournalEntry entry, IKeyStore store)
    {
        if (entry.State == RegistrationState.Unregistered)
        {
            if (entry.Replace)
            {
                // Here and not where the journal begins: a run that was killed in the middle of it must not take what is left for its own.
                store.Clear();
            }

            IDeviceKey made = store.Make(entry.ForeignObjects, choice.Algorithm ?? KeyAlgorithm.EcP256);
            WarnOfAlgorithm(made);
            return made;
        }

        store.RemoveIncomplete(entry.ForeignObjects);
        IDeviceKey? key = store.Recover(entry.KeyFingerprint, entry.CertificateRequest);
        if (key is not null)
        {
            Observer.ReportStep($"Continuing the registration of {entry.Uuid} ({entry.State})");
            WarnOfAlgorithm(key);
            return key;
        }

        Observer.ReportWarning($"The key of the interrupted registration is not in {store.Location} any more: the registration begins anew.");
        entry = Begin(store, entry);
        return FindKey(ref entry, store);
    }

    private void WarnOfAlgorithm(IDeviceKey key)
    {
        if (choice.Algorithm is KeyAlgorithm wanted && KeyAlgorithms.Of(key.SubjectPublicKeyInfo.Span) is KeyAlgorithm made && made != wanted)
        {
            Observer.ReportWarning($"The device has an {made.DisplayName()} key already, and it is kept; with -Force it is replaced by an {wanted.DisplayName()} key.");
        }
    }

    /// <summary>The CSR is made once and kept byte for byte, unless the device is told to be somebody else.</summary>
    private JournalEntry Request(JournalEntry entry, IKeyStore store, IDeviceKey key)
    {
        DeviceSubject wanted = new(Config.Uuid ?? entry.Uuid, Config.Factory, Config.Production);
        if (entry.State != RegistrationState.Unregistered && entry.Subject == wanted)
        {
            store.MakeDurable();
            return entry;
        }

        // What may have been accepted under this UUID has another CSR.
        bool mayBeKnown = entry.State >= RegistrationState.RequestSent;
        string uuid = mayBeKnown && entry.UuidIsOurs && Config.Uuid is null ? DeviceUuid.NewRandom() : wanted.Uuid;
        JournalEntry made = entry with { Uuid = uuid, Orphans = mayBeKnown ? Forget(entry, uuid) : entry.Orphans };
        made = made with
        {
            State = RegistrationState.KeyMade,
            UuidIsOurs = made.UuidIsOurs && Config.Uuid is null,
            UuidIsHardware = made.UuidIsHardware && Config.Uuid is null,
            Factory = wanted.Factory,
            Production = wanted.Production,
            KeyFingerprint = PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span),
        };
        made = made with { CertificateRequest = CertificateRequestBuilder.Build(made.Subject, key) };
        store.MakeDurable();
        Journal.Save(made);
        Observer.ReportStep($"Certificate request made for CN={made.Uuid}, OU={made.Factory}{(made.Production ? ", businessCategory=production" : string.Empty)}");
        return made;
    }

    private DeviceKey Describe(JournalEntry entry, IKeyStore store, IDeviceKey key) => new()
    {
        Config = store.Refine(Config),
        Uuid = entry.Uuid,
        State = entry.State,
        KeyLocation = store.Location,
        KeyFingerprint = PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span),
        CertificateRequest = entry.CertificateRequest,
        Replace = entry.Replace,
    };
}
