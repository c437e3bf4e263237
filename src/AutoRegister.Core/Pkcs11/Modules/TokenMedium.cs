using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// What a module writes to, in words: PKCS#11 has no return value for a full or read-only medium, and modules answer
/// CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED or CKR_DEVICE_ERROR.
/// </summary>
internal static class TokenMedium
{
    // Less than a token with its objects takes.
    private const long Little = 64 * 1024;

    /// <summary>What to check, and what is known about it.</summary>
    /// <param name="target">The module, when it is known.</param>
    /// <returns>The end of a sentence, and one with what was found out.</returns>
    internal static string Words(object target)
    {
        const string General = "look at it with df and mount (SoftHSM2: directories.tokendir; OP-TEE: /var/lib/tee; TPM: TPM2_PKCS11_STORE), then run again.";
        return target is string module && module.Contains("softhsm", StringComparison.OrdinalIgnoreCase) && Problem(LoadedModule.VariablesOf(module)) is string problem
            ? $"{problem} Then run again."
            : General;
    }

    private static string? Problem(ModuleVariables? environment)
    {
        if (SoftHsmConfiguration.TokenDirectory(environment) is not string tokens || !Directory.Exists(tokens))
        {
            return null;
        }

        if (Posix.WhyNotWritable(tokens) is string words)
        {
            return $"'{tokens}' cannot be written ({words}).";
        }

        long left = new DriveInfo(tokens).AvailableFreeSpace;
        return left < Little ? $"'{tokens}' has {left} bytes left; make room." : null;
    }
}
