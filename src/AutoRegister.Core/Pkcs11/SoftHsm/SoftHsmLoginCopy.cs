using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.SoftHsm;

/// <summary>
/// A copy of <c>token.object</c> while a login is under way. SoftHSM2 2.6 writes that file in place at every login: a process that is
/// killed in between, or a power cut soon after, leaves it without the secret that every key of the token is encrypted with. The copy is
/// durable before the login, and goes once the file itself is durable again; where both are there, the next run takes the one that is whole.
/// </summary>
internal static class SoftHsmLoginCopy
{
    /// <summary>The copy's name. SoftHSM2 reads files whose names end in <c>.object</c>.</summary>
    public const string FileName = "token.autoregister";
    private const string TokenFile = "token.object";

    /// <summary>Logs in. Where the copy cannot be made, the login is done without one: the module says what is wrong with its medium.</summary>
    /// <param name="serial">The token's serial number.</param>
    /// <param name="environment">What the module found in the environment.</param>
    public static void Protect(string serial, ModuleVariables environment, Action login)
    {
        string[] copied = [.. Directories(environment).Where(directory => SoftHsmStorage.SerialOf(directory) == serial).Where(TryCopy)];
        try
        {
            login();
        }
        finally
        {
            foreach (string directory in copied)
            {
                Try(() =>
                {
                    AtomicFile.WriteAnew([Path.Join(directory, TokenFile)]);
                    AtomicFile.Delete(Path.Join(directory, FileName));
                });
            }
        }
    }

    /// <summary>Puts back what a login tore that was cut short. Before the module is initialised: it reads its tokens then.</summary>
    /// <param name="environment">What the module will find in the environment.</param>
    public static void Restore(ModuleVariables environment)
    {
        foreach (string directory in Directories(environment))
        {
            string copy = Path.Join(directory, FileName);
            if (Posix.StatusOf(copy) is { IsRegular: true, IsOurs: true })
            {
                Try(() => TakeWhole(directory, copy));
            }
        }
    }

    private static void TakeWhole(string directory, string copy)
    {
        string token = Path.Join(directory, TokenFile);
        byte[] saved = SmallFile.Read(copy);
        if (saved.Length > 0 && IsTorn(File.Exists(token) ? SmallFile.Read(token) : [], saved))
        {
            AtomicFile.Write(token, saved, AtomicFile.OwnerOnly);
        }

        AtomicFile.Delete(copy);
    }

    // A login changes flags only, so a whole file is as long as before; one that a power cut took has its size and NUL bytes. Whatever else is
    // different was changed on purpose since, a PIN for one, and stays.
    private static bool IsTorn(byte[] found, byte[] saved) => found.Length < saved.Length || TrailingZeros(found) > TrailingZeros(saved);

    private static int TrailingZeros(byte[] content) => content.Length - (content.AsSpan().LastIndexOfAnyExcept((byte)0) + 1);

    private static bool TryCopy(string directory) => Try(() =>
        AtomicFile.Write(Path.Join(directory, FileName), SmallFile.Read(Path.Join(directory, TokenFile)), AtomicFile.OwnerOnly));

    private static IReadOnlyList<string> Directories(ModuleVariables environment)
    {
        IReadOnlyList<string> found = [];
        Try(() => found = SoftHsmStorage.TokenDirectories(environment));
        return found;
    }

    // What the medium does not allow, the module meets as well, and says.
    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is AutoRegisterException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
