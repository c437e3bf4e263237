using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What the hsm file, credentials and parameters say of the token.</summary>
internal sealed class HsmSettingsCheck() : LocalCheck("HSM settings")
{
    internal const string NoHsm = "No HSM is configured: the device key is a file.";

    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (context.Hsm is HsmSettings hsm)
        {
            return CheckFinding.Passed($"Module {hsm.ModulePath}, token \"{hsm.TokenLabel}\", both PINs set");
        }

        return DiagnosisContext.Has(() => context.Installed) && context.Installed.Toml is { HasToken: true }
            ? CheckFinding.Warning(
                "The device is registered with a key in a token, and nothing names that token any more.", $"Put {RootedPath.Shown(context.Inputs.Root, HsmFile.DefaultPath)} back if you want to check the token.")
            : CheckFinding.Skipped(NoHsm);
    }
}
