using System.Collections;
using System.Runtime.InteropServices;
using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>
/// PKCS#11 modules read from the environment where their tokens are. What the unit is given for its module must reach every program that
/// uses the token: whoever runs a cmdlet by hand, who gets it here, and the services of the OTA client, which are looked at.
/// </summary>
internal static partial class ModuleEnvironment
{
    /// <summary>What to do about <see cref="ProblemOfClients"/>.</summary>
    public const string ClientRemedy = "Give its service the same, in a drop-in with Environment= (hsm-tpm2-client.conf is one).";

    private const string Unit = "lmp-device-auto-register.service";

    // OP-TEE, tpm2-pkcs11 and its TSS, SoftHSM2, OpenSC, p11-kit, openCryptoki and libp11.
    private static readonly string[] Prefixes = ["CKTEEC_", "TPM2_", "TSS2_", "SOFTHSM2_", "OPENSC_", "P11_KIT_", "PKCSLIB", "PKCS11"];
    private static readonly string[] Clients = ["aktualizr-lite.service", "fioconfig.service", "fioconfig-extract.service"];

    /// <summary>Gives this process what the unit is given for its module and this process was not.</summary>
    /// <param name="root">The directory the unit is below.</param>
    /// <returns>What was set, as NAME=value.</returns>
    public static IReadOnlyList<string> TakeFromUnit(string root)
    {
        var set = new List<string>();
        foreach ((string name, string value) in UnitEnvironment.Of(root, Unit) ?? new Dictionary<string, string>())
        {
            // To both: .NET keeps a copy of the environment, which getenv(3) of a module does not see.
            if (IsForModules(name) && Environment.GetEnvironmentVariable(name) is null && SetEnvironment(name, value, overwrite: 0) == 0)
            {
                Environment.SetEnvironmentVariable(name, value);
                set.Add($"{name}={value}");
            }
        }

        return set;
    }

    /// <summary>Says why the OTA client would look for the token elsewhere.</summary>
    /// <param name="root">The directory its units are below.</param>
    /// <returns>A sentence; <see langword="null"/> where its services have what this process has, or are not installed.</returns>
    public static string? ProblemOfClients(string root)
    {
        string[] ours = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(entry => IsForModules((string)entry.Key)).Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal)];
        foreach (string client in Clients)
        {
            string[] missing = UnitEnvironment.Of(root, client) is { } theirs ? [.. ours.Except(theirs.Select(pair => $"{pair.Key}={pair.Value}"))] : [];
            if (missing.Length > 0)
            {
                return $"{client} is not given {Printable.Text(string.Join(" ", missing))}, which the module has here: it looks for the token elsewhere";
            }
        }

        return null;
    }

    private static bool IsForModules(string name) => Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
