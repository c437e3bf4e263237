using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The state of the PINs, read from the token's flags. No PIN is tried: a doctor must not lock a token.</summary>
internal sealed class PinCheck() : LocalCheck("PIN state")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (!DiagnosisContext.Has(() => context.Token))
        {
            return CheckFinding.Skipped("There is no token.");
        }

        TokenInfo token = context.Token!.Token;
        if (!token.IsInitialized)
        {
            return CheckFinding.Passed("The token is blank and has no PINs yet");
        }

        var pin = TokenPin.User(context.Hsm!);
        Pin.CheckLength(pin, token);
        return token.UserPin switch
        {
            PinState.Locked => CheckFinding.From(PinErrors.Locked(token, pin)),
            PinState.FinalTry => CheckFinding.From(PinErrors.FinalTry(token, pin)),
            PinState.NotInitialized => CheckFinding.Warning("The user PIN was never set.", "New-HsmDeviceKey sets it with the SO PIN."),
            PinState.CountLow => CheckFinding.Warning("A wrong user PIN was tried since the last login.", $"Check that {pin.Place} is right before it is used again."),
            PinState.ToBeChanged => CheckFinding.Warning("The token says that its user PIN should be changed.", $"Set a new one with the token's own tools, and {pin.Put}."),
            _ => CheckFinding.Passed("The token reports nothing wrong; no PIN was tried"),
        };
    }
}
