using System.Collections.Concurrent;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.Factories;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// SoftHSM2 with fakes before its slots and sessions, put in at Pkcs11Interop's factories: what opens the module uses it as any other,
/// and single calls are counted, refused or answered otherwise.
/// </summary>
internal sealed class FakeModule
{
    private readonly ConcurrentQueue<string> calls = new();

    public FakeModule()
    {
        var own = new Pkcs11InteropFactories();
        Factories = new Pkcs11InteropFactories(
            own.Pkcs11LibraryFactory,
            new Slots(this, own.SlotFactory),
            new Sessions(this, own.SessionFactory),
            own.ObjectAttributeFactory,
            own.ObjectHandleFactory,
            own.MechanismFactory,
            own.MechanismParamsFactory);
    }

    public Pkcs11InteropFactories Factories { get; }

    /// <summary>What a slot answers: <see cref="Fake.Real"/> where the module shall. It gets the real slot.</summary>
    public Func<ISlot, string, object?[], object?> OfSlot { get; set; } = (_, _, _) => Fake.Real;

    /// <summary>What a session answers, as <see cref="OfSlot"/>.</summary>
    public Func<ISession, string, object?[], object?> OfSession { get; set; } = (_, _, _) => Fake.Real;

    /// <summary>What CK_TOKEN_INFO says under a name.</summary>
    public Func<string, object?> OfTokenInfo { get; set; } = _ => Fake.Real;

    /// <summary>Which of its flags are set.</summary>
    public Func<string, object?> OfTokenFlags { get; set; } = _ => Fake.Real;

    /// <summary>How many sessions were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>The real session that was opened last.</summary>
    public ISession Session { get; private set; } = null!;

    /// <summary>How often a function was called, by slots and sessions.</summary>
    public int Count(string function) => calls.Count(c => c == function);

    /// <summary>Tokens that give themselves this label, padded as the module pads it.</summary>
    public static FakeModule WithLabel(string label) => new() { OfTokenInfo = property => property == nameof(ITokenInfo.Label) ? label : Fake.Real };

    /// <summary>The same settings, for this module.</summary>
    public HsmSettings In(HsmSettings settings) => settings with { Factories = Factories };

    /// <summary>Refuses calls of sessions to one function.</summary>
    public void Refuse(string function, CKR refusal, Func<object?[], bool>? when = null) => OfSession = (_, called, args) =>
        called == function && (when?.Invoke(args) ?? true) ? throw new Pkcs11Exception($"C_{function}", refusal) : Fake.Real;

    /// <summary>Answers the question for one attribute; where there is none, it is not shown.</summary>
    public void Show(CKA type, IObjectAttribute? attribute) => OfSession = (_, function, args) =>
        function != nameof(ISession.GetAttributeValue) || ((List<CKA>)args[1]!)[0] != type ? Fake.Real
        : attribute is null ? throw new Pkcs11Exception("C_GetAttributeValue", CKR.CKR_ATTRIBUTE_VALUE_INVALID)
        : new List<IObjectAttribute> { attribute };

    /// <summary>Answers as the module does.</summary>
    public void ShowAll() => OfSession = (_, _, _) => Fake.Real;

    /// <summary>An attribute as the module would give it.</summary>
    public IObjectAttribute Attribute(CKA type, params byte[] value) => Factories.ObjectAttributeFactory.Create(type, value);

    private object? Answer(Func<object?> fake, string function)
    {
        calls.Enqueue(function);
        return fake();
    }

    private ISlot Before(ISlot slot) => Fake.Before(slot, (function, args) => Answer(() => OfSlot(slot, function, args), function) is var given && given == Fake.Real
        && function == nameof(ISlot.GetTokenInfo) ? Before(slot.GetTokenInfo()) : given);

    private ITokenInfo Before(ITokenInfo info) => Fake.Before(info, (property, _) => property == nameof(ITokenInfo.TokenFlags)
        ? Fake.Before(info.TokenFlags, (flag, _) => OfTokenFlags(flag))
        : OfTokenInfo(property));

    private ISession Before(ISession session)
    {
        (Session, Opened) = (session, Opened + 1);
        return Fake.Before(session, (function, args) => Answer(() => OfSession(session, function, args), function));
    }

    private sealed class Slots(FakeModule module, ISlotFactory real) : ISlotFactory
    {
        public ISlot Create(Pkcs11InteropFactories factories, LowLevelPkcs11Library pkcs11Library, ulong slotId) =>
            module.Before(real.Create(factories, pkcs11Library, slotId));
    }

    private sealed class Sessions(FakeModule module, ISessionFactory real) : ISessionFactory
    {
        public ISession Create(Pkcs11InteropFactories factories, LowLevelPkcs11Library pkcs11Library, ulong sessionId) =>
            module.Before(real.Create(factories, pkcs11Library, sessionId));
    }
}
