using System.Reflection;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// A fake PIN pad (CKF_PROTECTED_AUTHENTICATION_PATH) before a slot of SoftHSM2: it takes no PIN from a program, and somebody types
/// the right ones. No module that can be had here has one.
/// </summary>
internal sealed class FakePinPad
{
    private readonly List<string> asked = [];

    /// <summary>What was asked for at the pad, in order.</summary>
    public IReadOnlyList<string> Asked => asked;

    /// <summary>What the person at the pad types for the user PIN.</summary>
    public string Typed { get; set; } = SoftHsm.PinText;

    /// <summary>The slot with the pad.</summary>
    public ISlot Before(ISlot slot) => FakeSlot.Before(slot, (method, args) => method.Name switch
    {
        nameof(ISlot.GetTokenInfo) => Before(slot.GetTokenInfo()),
        nameof(ISlot.OpenSession) => Before(slot.OpenSession((SessionType)args[0]!)),
        nameof(ISlot.InitToken) => Initialize(slot, args),
        _ => FakeSlot.Real,
    });

    private static ITokenInfo Before(ITokenInfo info) => FakeSlot.Before(info, (method, _) => method.Name != "get_TokenFlags"
        ? FakeSlot.Real
        : FakeSlot.Before(info.TokenFlags, (flag, _) => flag.Name == "get_ProtectedAuthenticationPath" ? true : FakeSlot.Real));

    private ISession Before(ISession session) => FakeSlot.Before(session, (method, args) => method.Name switch
    {
        nameof(ISession.Login) => Do(method, args[1], () => session.Login((CKU)args[0]!, (CKU)args[0]! == CKU.CKU_SO ? SoftHsm.SoPinText : Typed)),
        nameof(ISession.InitPin) => Do(method, args[0], () => session.InitPin(Typed)),
        _ => FakeSlot.Real,
    });

    private object? Initialize(ISlot slot, object?[] args)
    {
        asked.Add(args[0] is null ? nameof(ISlot.InitToken) : "a PIN was given to InitToken");
        slot.InitToken(Raw.Bytes(SoftHsm.SoPinText), (byte[])args[1]!);
        return null;
    }

    private object? Do(MethodInfo method, object? pin, Action action)
    {
        asked.Add(pin is null ? method.Name : $"a PIN was given to {method.Name}");
        action();
        return null;
    }
}
