using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;
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
        DurableDirectory.SyncName(Config.SotaPath);
        if (entry is not null)
        {
            Journal.Keep(entry);
        }

        using IKeyPlace place = KeyPlaces.Open(Config, Journal, Observer);
        if (replace)
        {
            entry = BeginAnew(place, entry);
        }
        else if (entry is null)
        {
            entry = (isCopy ? null : new Remains(Journal, Config, Observer).FindEntry(place)) ?? BeginFromNothing(place, installed, interrupted);
        }
        else if (entry.KeyPlace != place.Description)
        {
            Observer.ReportWarning($"The device was told to keep its key elsewhere ({entry.KeyPlace} before, {place.Description} now): the registration begins anew.");
            entry = Begin(place, entry);
        }

        using IDeviceKey key = FindKey(ref entry, place);
        return Describe(entry = Request(entry, place, key), place, key);
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
    private JournalEntry BeginFromNothing(IKeyPlace place, AlreadyRegistered installed, bool interrupted)
    {
        if (interrupted)
        {
            installed.RequireNoneFinished();
        }

        if (isCopy)
        {
            place.ClearCopy();
        }
        else if (interrupted && (Journal.HasTracesOfKey || !place.IsFree))
        {
            Remains.ReportLost(Journal, Observer);
        }

        return Begin(place, isOurs: interrupted && !isCopy);
    }

    private JournalEntry Begin(IKeyPlace place, JournalEntry? givenUp = null, bool isOurs = false)
    {
        bool replace = givenUp is { Replace: true } || (Config.Hsm is { ReplaceKeys: true } && Config.Decisions.ExistingKey is null);
        if (!isOurs && !replace)
        {
            place.RequireFree();
        }

        JournalEntry entry = NewEntry(place, givenUp) with { Replace = replace };
        Journal.Save(entry);
        return entry;
    }

    private JournalEntry BeginAnew(IKeyPlace place, JournalEntry? givenUp)
    {
        JournalEntry entry = NewEntry(place, givenUp) with { Replace = true };
        Journal.Remove();
        Journal.Save(entry);
        return entry;
    }

    private JournalEntry NewEntry(IKeyPlace place, JournalEntry? givenUp)
    {
        string? given = Config.Uuid ?? place.FindDeviceUuid();
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
            KeyPlace = place.Description,
            Orphans = givenUp is null ? [] : Forget(givenUp, uuid),
            Strangers = place.Inventory(),
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

    private IDeviceKey FindKey(ref JournalEntry entry, IKeyPlace place)
    {
        if (entry.State == RegistrationState.Unregistered)
        {
            if (entry.Replace)
            {
                // Here and not where the journal begins: a run that was killed in the middle of it must not take what is left for its own.
                place.Clear();
            }

            IDeviceKey made = place.Make(entry.Strangers, choice.Algorithm ?? KeyAlgorithm.EcP256);
            WarnOfAlgorithm(made);
            return made;
        }

        place.RemoveDebris(entry.Strangers);
        IDeviceKey? key = place.Recover(entry.KeyFingerprint, entry.CertificateRequest);
        if (key is not null)
        {
            Observer.ReportStep($"Continuing the registration of {entry.Uuid} ({entry.State})");
            WarnOfAlgorithm(key);
            return key;
        }

        Observer.ReportWarning($"The key of the interrupted registration is not in {place.Location} any more: the registration begins anew.");
        entry = Begin(place, entry);
        return FindKey(ref entry, place);
    }

    private void WarnOfAlgorithm(IDeviceKey key)
    {
        if (choice.Algorithm is KeyAlgorithm wanted && KeyAlgorithms.Of(key.SubjectPublicKeyInfo.Span) is KeyAlgorithm made && made != wanted)
        {
            Observer.ReportWarning($"The device has an {made.Words()} key already, and it is kept; with -Force it is replaced by an {wanted.Words()} key.");
        }
    }

    /// <summary>The CSR is made once and kept byte for byte, unless the device is told to be somebody else.</summary>
    private JournalEntry Request(JournalEntry entry, IKeyPlace place, IDeviceKey key)
    {
        DeviceSubject wanted = new(Config.Uuid ?? entry.Uuid, Config.Factory, Config.Production);
        if (entry.State != RegistrationState.Unregistered && entry.Subject == wanted)
        {
            place.MakeDurable();
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
        place.MakeDurable();
        Journal.Save(made);
        Observer.ReportStep($"Certificate request made for CN={made.Uuid}, OU={made.Factory}{(made.Production ? ", businessCategory=production" : string.Empty)}");
        return made;
    }

    private DeviceKey Describe(JournalEntry entry, IKeyPlace place, IDeviceKey key) => new()
    {
        Config = place.Refine(Config),
        Uuid = entry.Uuid,
        State = entry.State,
        KeyLocation = place.Location,
        KeyFingerprint = PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span),
        CertificateRequest = entry.CertificateRequest,
        Replace = entry.Replace,
    };
}
