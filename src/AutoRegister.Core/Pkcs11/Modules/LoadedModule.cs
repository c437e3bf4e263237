using System.Runtime.InteropServices;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// One initialised PKCS#11 module, shared by everyone in the process who uses the same file. Initialisation, login and
/// finalisation are properties of the process, not of a caller (PKCS#11 2.40, sections 5.4 and 5.6), so they live here.
/// </summary>
internal sealed class LoadedModule
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, LoadedModule> Modules = [];

    private readonly nint handle;
    private readonly IPkcs11Library library;
    private readonly Dictionary<ulong, TokenLogin> logins = [];
    private ModuleVariables told;
    private int users;

    private LoadedModule(nint handle, string path, IPkcs11Library library, ModuleVariables environment)
    {
        this.handle = handle;
        this.library = library;
        Path = path;
        Door = ModuleCalls.Of(path);
        Variables = told = environment;
    }

    /// <summary>What the module found in the environment when it was initialised: modules read it then, and not again.</summary>
    public ModuleVariables Variables { get; }

    /// <summary>The path as it was given first.</summary>
    public string Path { get; }

    /// <summary>What every call goes through.</summary>
    public ModuleCalls Door { get; }

    /// <summary>Held by whoever makes several calls that belong together; see <see cref="ModuleCalls.Turn"/>.</summary>
    public Lock Calls => Door.Turn;

    /// <summary>Whether somebody uses a module already.</summary>
    public static bool IsLoaded(string path) => VariablesOf(path) is not null;

    /// <summary>What a module that somebody uses found in the environment.</summary>
    /// <returns>The variables; <see langword="null"/> where nobody uses it.</returns>
    public static ModuleVariables? VariablesOf(string path)
    {
        lock (Gate)
        {
            return Modules.Values.FirstOrDefault(loaded => loaded.Path == path)?.Variables;
        }
    }

    /// <summary>Who made the module, as it says itself.</summary>
    public string Manufacturer => Door.Do("C_GetInfo", () => library.GetInfo().ManufacturerId);

    /// <summary>Adds a user of the module; the first one initialises it.</summary>
    /// <param name="path">Path of the module.</param>
    /// <param name="parameters">The string <c>pReserved</c> points to, for modules that want one; the first user's counts.</param>
    /// <param name="factories">What slots and sessions are made with; the first user's count.</param>
    /// <param name="source">Where the path came from, for messages; <see langword="null"/> where nobody said.</param>
    /// <returns>The module; every user calls <see cref="Release"/> once.</returns>
    public static LoadedModule Acquire(string path, string? parameters, Pkcs11InteropFactories factories, SettingSource? source)
    {
        LibdlResolver.Install();
        lock (Gate)
        {
            // Under this lock no module of ours is being loaded or initialised, which is when they read the environment.
            var environment = ModuleVariables.Current();
            if (!IsLoaded(path))
            {
                ModuleEnvironment.HandOver(environment);
            }

            // The dynamic linker's handle is the same for every path that leads to the same file. It is never given back:
            // modules register exit handlers and thread-local data, and unloading them has crashed more than one.
            var door = ModuleCalls.Of(path);
            nint handle = door.Do("dlopen", () => ModuleFile.Load(path, source));
            if (!Modules.TryGetValue(handle, out LoadedModule? module))
            {
                SoftHsmLoginCopy.Restore(environment);
                module = new LoadedModule(handle, path, door.Do("C_Initialize", () => Initialize(path, parameters, factories, source)), environment);
                Modules.Add(handle, module);
            }

            module.users++;
            return module;
        }
    }

    /// <summary>Warns, once for each change, where this session's environment is no longer what the module found.</summary>
    public void WarnOfChanges(IRegistrationObserver observer)
    {
        var now = ModuleVariables.Current();
        lock (Gate)
        {
            // Where nobody hears it, it was not said.
            if (now.Equals(told) || observer is SilentObserver)
            {
                return;
            }

            told = now;
        }

        if (now.Difference(Variables) is string difference)
        {
            observer.ReportWarning($"The PKCS#11 module {Path} is in use since before {difference}: it goes on with what it found. To have it look again, end what uses it (another pipeline), or start a new session.");
        }
    }

    /// <summary>Ends one use; the last one finalises the module.</summary>
    public void Release()
    {
        lock (Gate)
        {
            if (--users > 0)
            {
                return;
            }

            Modules.Remove(handle);
            foreach (TokenLogin login in logins.Values)
            {
                login.Dispose();
            }

            Door.TryDo("C_Finalize", library.Dispose);
        }
    }

    /// <summary>Lists the slots, with or without a token in them.</summary>
    public List<ISlot> Slots(SlotsType type)
    {
        try
        {
            return Door.Do("C_GetSlotList", () => library.GetSlotList(type));
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure($"PKCS#11 module {Path}", e, Path);
        }
    }

    /// <summary>The login state of the token in a slot.</summary>
    /// <returns>The state, the same for all users.</returns>
    public TokenLogin Login(ulong slotId)
    {
        // Not the lock of loading: whoever asks holds the module's turn, and whoever loads it waits for that.
        lock (logins)
        {
            if (!logins.TryGetValue(slotId, out TokenLogin? login))
            {
                logins.Add(slotId, login = new TokenLogin(SoftHsmStorage.Serves(Manufacturer) ? this : null));
            }

            return login;
        }
    }

    private static IPkcs11Library Initialize(string path, string? parameters, Pkcs11InteropFactories factories, SettingSource? source)
    {
        nint reserved = parameters is null ? 0 : Marshal.StringToCoTaskMemUTF8(parameters);
        try
        {
            return Platform.NativeULongSize == 8
                ? new ModuleLibrary80(factories, path, reserved)
                : new ModuleLibrary40(factories, path, reserved);
        }
        catch (Pkcs11Exception e)
        {
            throw new AutoRegisterException(
                ErrorId.HsmModuleUnusable,
                $"PKCS#11 module {path}{(source is null ? string.Empty : $" ({source})")} cannot be initialised: {e.Method} returned {Pkcs11Errors.NameOf(e.RV)}.",
                $"Check the module's own configuration, that its service and device are running, and that {source?.Place ?? "HSM_MODULE"} names the module that was meant.",
                path,
                e);
        }
        finally
        {
            Marshal.FreeCoTaskMem(reserved);
        }
    }
}
