using System.Reflection;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// A fake before a real session of SoftHSM2, logged in: single calls are refused or answered otherwise, as other modules do and
/// SoftHSM2 does not.
/// </summary>
internal sealed class FaultySession : IDisposable
{
    private readonly OpenedSession opened;
    private readonly List<string> calls = [];

    public FaultySession(SoftHsm hsm, Func<TokenLogin>? logInLater = null, params string[] withoutMechanisms)
    {
        hsm.Open().Dispose();
        var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot slot = TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr").WithMechanisms();
        Session = slot.Slot.OpenSession(SessionType.ReadWrite);
        Session.Login(CKU.CKU_USER, SoftHsm.PinText);
        TokenInfo token = slot.Token with { Mechanisms = [.. slot.Token.Mechanisms.Except(withoutMechanisms)] };
        opened = new OpenedSession(module, token, FakeSlot.Before(Session, Invoke), false) { LogInLater = logInLater };
        Access = new TokenAccess(opened);
        Objects = new TokenObjects(Access);
        Keys = new TokenKeys(Access, Objects, hsm.Observer);
        Certificates = new TokenCertificates(Access, Objects, hsm.Observer);
    }

    /// <summary>The real session behind it.</summary>
    public ISession Session { get; }

    public TokenAccess Access { get; }

    public TokenObjects Objects { get; }

    public TokenKeys Keys { get; }

    public TokenCertificates Certificates { get; }

    /// <summary>What the fake answers: <see cref="FakeSlot.Real"/> where the module shall.</summary>
    public Func<string, object?[], object?> Answer { get; set; } = (_, _) => FakeSlot.Real;

    /// <summary>How often a function was called.</summary>
    public int Count(string function) => calls.Count(c => c == function);

    /// <summary>An answer to the question for one attribute; where there is none, it is not shown.</summary>
    public void Show(CKA type, IObjectAttribute? attribute) => Answer = (function, args) =>
        function != nameof(ISession.GetAttributeValue) || ((List<CKA>)args[1]!)[0] != type ? FakeSlot.Real
        : attribute is null ? throw new Pkcs11Exception("C_GetAttributeValue", CKR.CKR_ATTRIBUTE_VALUE_INVALID)
        : new List<IObjectAttribute> { attribute };

    /// <summary>An attribute as the module would give it.</summary>
    public IObjectAttribute Attribute(CKA type, params byte[] value) => Session.Factories.ObjectAttributeFactory.Create(type, value);

    public void Dispose() => opened.Dispose();

    private object? Invoke(MethodInfo method, object?[] args)
    {
        calls.Add(method.Name);
        return Answer(method.Name, args);
    }
}
