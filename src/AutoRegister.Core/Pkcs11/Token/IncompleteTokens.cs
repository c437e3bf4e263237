using AutoRegister.Core.Base;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>
/// Removes tokens that SoftHSM2 was killed in the middle of making. It makes a directory for a token and then writes the
/// token's properties one at a time; without SO PIN nobody can ever log in, C_GetTokenInfo fails or calls the SO PIN locked,
/// C_InitToken makes another token and leaves this one, and OpenSSL's PKCS#11 engine stops at the first that fails. Only its
/// files can be removed, as softhsm2-util --delete-token does. A directory that holds any object is never touched.
/// </summary>
internal static class IncompleteTokens
{
    private static readonly string[] Bookkeeping = ["token.object", "token.lock", "generation", SoftHsmLoginCopy.FileName];

    /// <summary>Removes incomplete tokens; the caller knows that a run of ours was making one.</summary>
    /// <param name="hsm">The module and the label of our token.</param>
    /// <param name="observer">Hears what is removed.</param>
    public static void Remove(HsmSettings hsm, IRegistrationObserver observer)
    {
        HashSet<string> usable;
        ModuleVariables environment;
        using (var module = Pkcs11Module.Open(hsm, observer))
        {
            if (!SoftHsmStorage.Serves(module.Loaded.Manufacturer))
            {
                return;
            }

            environment = module.Loaded.Variables;
            usable = [.. TokenSlot.List(module.Loaded, []).Where(slot => !IsTorn(slot.Token, hsm.TokenLabel)).Select(slot => slot.Token.Serial)];
        }

        // The module reads its directories when it is initialised, so this must happen while nobody uses it.
        foreach (string directory in SoftHsmStorage.TokenDirectories(environment).Where(d => IsOurs(d) && IsEmptyToken(d) && !usable.Contains(SoftHsmStorage.SerialOf(d))))
        {
            observer.ReportWarning($"Removing '{directory}': a token that an interrupted run did not finish making");
            DurableDirectory.Delete(directory);
        }
    }

    // SoftHSM2 creates a token with the flag of a locked SO PIN, and takes it away when the SO PIN is set.
    private static bool IsTorn(TokenInfo token, string label) =>
        token.Label == label && token.SoPin == PinState.Locked && token.UserPin == PinState.NotInitialized;

    // Others can make one in a directory that several users keep tokens in.
    private static bool IsOurs(string directory) => Posix.StatusOf(directory) is { IsDirectory: true, IsOurs: true };

    private static bool IsEmptyToken(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).All(path => Bookkeeping.Contains(Path.GetFileName(path)) || path.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal));
}
