using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// A fake PIN pad (CKF_PROTECTED_AUTHENTICATION_PATH) before SoftHSM2: it takes no PIN from a program, and somebody types the right
/// ones. No module that can be had here has one.
/// </summary>
internal sealed class FakePinPad
{
    private readonly List<string> asked = [];

    public FakePinPad() => Module = new FakeModule
    {
        OfTokenFlags = flag => flag == nameof(ITokenFlags.ProtectedAuthenticationPath) ? true : Fake.Real,
        OfSlot = (slot, function, args) => function == nameof(ISlot.InitToken)
            ? Do(function, args[0], () => slot.InitToken(Raw.Bytes(SoftHsm.SoPinText), (byte[])args[1]!))
            : Fake.Real,
        OfSession = (session, function, args) => function switch
        {
            nameof(ISession.Login) => Do(function, args[1], () => session.Login((CKU)args[0]!, (CKU)args[0]! == CKU.CKU_SO ? SoftHsm.SoPinText : Typed)),
            nameof(ISession.InitPin) => Do(function, args[0], () => session.InitPin(Typed)),
            _ => Fake.Real,
        },
    };

    /// <summary>The module of the token with the pad.</summary>
    public FakeModule Module { get; }

    /// <summary>What was asked for at the pad, in order.</summary>
    public IReadOnlyList<string> Asked => asked;

    /// <summary>What the person at the pad types for the user PIN.</summary>
    public string Typed { get; set; } = SoftHsm.PinText;

    private object? Do(string function, object? pin, Action action)
    {
        asked.Add(pin is null ? function : $"a PIN was given to {function}");
        action();
        return null;
    }
}
