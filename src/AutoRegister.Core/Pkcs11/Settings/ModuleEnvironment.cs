using System.Runtime.InteropServices;
using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>
/// PKCS#11 modules read from the environment where their tokens are, with getenv(3). .NET has an environment of its own, a copy made at
/// the start of the process: what a session sets or removes (<c>$env:SOFTHSM2_CONF</c>) is not seen by a module unless it is handed over.
/// What the unit is given for its module must reach every program that uses the token as well: whoever runs a cmdlet by hand, whose session
/// gets it here, and the services of the OTA client, which are looked at.
/// </summary>
internal static partial class ModuleEnvironment
{
    /// <summary>What to do about <see cref="ProblemOfClients"/>.</summary>
    public const string ClientRemedy = "Give its service the same, in a drop-in with Environment= (hsm-tpm2-client.conf is one).";

    // The kernel allows a quarter of the stack, or 6 MiB (execve(2)).
    private const int MostEnvironment = 8 * 1024 * 1024;
    private const string Unit = "lmp-device-auto-register.service";

    // OP-TEE, tpm2-pkcs11 and its TSS, SoftHSM2, OpenSC, p11-kit, openCryptoki, libp11 and pkcs11-spy, NSS.
    private static readonly string[] Prefixes = ["CKTEEC_", "TPM2_", "TSS2_", "SOFTHSM2_", "OPENSC_", "P11_KIT_", "PKCSLIB", "PKCS11", "NSS_"];

    // What these read besides their own: SoftHSM2, tpm2-pkcs11 and p11-kit the user's configuration, p11-kit and tabrmd their daemons' sockets.
    // Every process has its own, so that a unit's are not compared with these.
    private static readonly string[] Shared = ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"];

    private static readonly string[] SecretNames = ["PIN", "PASS", "PWD", "AUTH", "SECRET"];
    private static readonly string[] Clients = ["aktualizr-lite.service", "fioconfig.service", "fioconfig-extract.service"];

    private static readonly Lock Gate = new();

    // What getenv(3) may find: what the process was started with, and what was handed over.
    private static readonly HashSet<string> Handed = [.. StartedWith().Where(IsRead)];

    /// <summary>Whether modules read a variable.</summary>
    public static bool IsRead(string name) => IsForModules(name) || Shared.Contains(name, StringComparer.Ordinal);

    /// <summary>A variable for a message: a value that may be a secret is not shown.</summary>
    /// <returns>NAME=value, one line.</returns>
    public static string Show(string name, string value) =>
        SecretNames.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)) || value.Contains("pin-value", StringComparison.OrdinalIgnoreCase)
            ? $"{name}=(secret)"
            : Printable.Text($"{name}={value}");

    /// <summary>Gives this session what the unit is given for its module and this session never had. What was removed from it stays removed.</summary>
    /// <param name="root">The directory the unit is below.</param>
    /// <returns>What was set, as messages show it.</returns>
    public static IReadOnlyList<string> TakeFromUnit(string root)
    {
        var set = new List<string>();
        foreach ((string name, string value) in UnitEnvironment.Of(root, Unit) ?? new Dictionary<string, string>())
        {
            if (IsForModules(name) && Environment.GetEnvironmentVariable(name) is null && !WasHanded(name))
            {
                Environment.SetEnvironmentVariable(name, value);
                set.Add(Show(name, value));
            }
        }

        return set;
    }

    /// <summary>
    /// Makes getenv(3) find what the session has, and no variable that was removed from it. Nothing gets there that a child process of the
    /// session would not get.
    /// </summary>
    /// <remarks>
    /// setenv(3) is not safe beside a getenv(3) on another thread. The caller holds the lock of loading, so that no module of ours is being
    /// loaded or initialised, which is when they read the environment. .NET asks its own copy, which is made before (by
    /// <see cref="ModuleVariables.Current"/>, at the latest). And only what differs is written: in a unit nothing ever does; in a session it
    /// is the first load after a change, before a registration's first connection, whose name resolution reads variables too.
    /// </remarks>
    /// <param name="session">What the session has.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmModuleUnusable"/>: there is no memory left.</exception>
    public static void HandOver(ModuleVariables session)
    {
        lock (Gate)
        {
            foreach (string name in session.Names.Where(name => Native(name) != session[name]))
            {
                Require(SetEnvironment(name, session[name]!, overwrite: 1), name);
            }

            foreach (string name in Handed.Except(session.Names, StringComparer.Ordinal).Where(name => Native(name) is not null))
            {
                Require(UnsetEnvironment(name), name);
            }

            Handed.UnionWith(session.Names);
        }
    }

    /// <summary>Says why the OTA client would look for the token elsewhere.</summary>
    /// <param name="root">The directory its units are below.</param>
    /// <returns>A sentence; <see langword="null"/> where its services have what this process has, or are not installed.</returns>
    public static string? ProblemOfClients(string root)
    {
        var ours = ModuleVariables.Current();
        foreach (string client in Clients)
        {
            string[] missing = UnitEnvironment.Of(root, client) is { } theirs
                ? [.. ours.Names.Where(name => IsForModules(name) && theirs.GetValueOrDefault(name) != ours[name]).Select(name => Show(name, ours[name]!))]
                : [];
            if (missing.Length > 0)
            {
                return $"{client} is not given {Printable.Text(string.Join(" ", missing))}, which the module has here: it looks for the token elsewhere";
            }
        }

        return null;
    }

    private static bool IsForModules(string name) => Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static bool WasHanded(string name)
    {
        lock (Gate)
        {
            return Handed.Contains(name);
        }
    }

    // proc(5): what execve(2) was given. The names alone: what a session removed before we were asked is not in .NET's copy any more.
    private static IEnumerable<string> StartedWith() => SmallFile.TryRead("/proc/self/environ", MostEnvironment, out byte[] content, out _) is null
        ? Encoding.UTF8.GetString(content).Split('\0').Select(entry => entry.Split('=')[0])
        : [];

    private static string? Native(string name) => Marshal.PtrToStringUTF8(GetEnvironment(name));

    private static void Require(int result, string name)
    {
        if (result != 0)
        {
            throw new AutoRegisterException(ErrorId.HsmModuleUnusable, $"The variable {Printable.Text(name)} cannot be handed to a PKCS#11 module: there is no memory left.", target: name);
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UnsetEnvironment(string name);
}
