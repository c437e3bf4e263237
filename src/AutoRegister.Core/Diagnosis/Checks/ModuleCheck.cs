using System.Globalization;
using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The PKCS#11 module can be loaded and initialised here.</summary>
internal sealed class ModuleCheck() : LocalCheck("PKCS#11 module")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (!DiagnosisContext.Has(() => context.Hsm))
        {
            return CheckFinding.Skipped(context.HsmIsUnknown ? "Which module it is cannot be read, see HSM settings." : "No module is configured.");
        }

        Pkcs11Module module = context.Module!;
        return CheckFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{module.Path} loads; tokens: {module.ListTokens().Count}"));
    }
}
