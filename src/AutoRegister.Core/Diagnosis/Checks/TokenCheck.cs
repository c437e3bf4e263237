using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The device's token is there and can make the key a device needs.</summary>
internal sealed class TokenCheck() : LocalCheck("Token")
{
    private static readonly string[] Needed = ["CKM_EC_KEY_PAIR_GEN", "CKM_ECDSA"];

    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (!DiagnosisContext.Has(() => context.Module))
        {
            return CheckFinding.Skipped("No module is loaded.");
        }

        TokenInfo token = context.Token!.Token;
        string missing = string.Join(" and ", Needed.Except(token.Mechanisms));
        if (missing.Length > 0)
        {
            return CheckFinding.Failed($"It is {token}, which has no {missing}.", KeyMechanisms.Remedy(KeyAlgorithm.EcP256, token.ModulePath));
        }

        return !token.IsInitialized
            ? CheckFinding.Passed($"It is {token}; New-HsmDeviceKey initialises it")
            : token.IsWriteProtected && !context.IsRegistered()
                ? CheckFinding.Failed($"It is {token}, which is write-protected.", "Make it writable, or use another one.")
                : context.Inputs.Root == "/" && ModuleEnvironment.ProblemOfClients(context.Inputs.Root) is string problem
                    ? CheckFinding.Warning($"It is {token}; {problem}.", ModuleEnvironment.ClientRemedy)
                    : CheckFinding.Passed($"It is {token}");
    }
}
