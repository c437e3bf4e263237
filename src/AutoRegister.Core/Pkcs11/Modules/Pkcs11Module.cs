using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// One use of a PKCS#11 module. All uses of the same file share one initialised module; the last one to be disposed
/// finalises it, unless someone else in the process had initialised it before. Thread-safe.
/// </summary>
public sealed class Pkcs11Module : IDisposable
{
    // Made by one thread, once: Pkcs11Interop finds out about the platform without a lock, and fails where two threads do so at once.
    private static readonly Lazy<Pkcs11InteropFactories> StandardFactories = new(() => new Pkcs11InteropFactories());

    private readonly ModuleCalls door;
    private readonly IRegistrationObserver observer;
    private int disposed;

    private Pkcs11Module(LoadedModule loaded, ModuleCalls door, IRegistrationObserver observer) => (Loaded, this.door, this.observer) = (loaded, door, observer);

    /// <summary>Path of the module.</summary>
    public string Path => Loaded.Path;

    /// <summary>The module all uses share.</summary>
    internal LoadedModule Loaded { get; }

    /// <summary>Loads and initialises a module, or adds a use of one that is loaded.</summary>
    /// <param name="path">Path of the module.</param>
    /// <param name="parameters">What <c>C_Initialize</c>'s <c>pReserved</c> points to, for modules that want it (NSS); the first user's counts.</param>
    /// <param name="observer">Hears that the module is loaded, and of calls that take long; <see langword="null"/> for nobody.</param>
    /// <param name="timeout">How long one call may take; <see langword="null"/> for <see cref="ModuleCalls.Patience"/>.</param>
    /// <param name="source">Where the path came from, for messages; <see langword="null"/> where nobody said.</param>
    public static Pkcs11Module Open(string path, string? parameters = null, IRegistrationObserver? observer = null, TimeSpan? timeout = null, SettingSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return OpenNamed(path, parameters, factories: null, observer ?? SilentObserver.Instance, timeout, source is null ? null : new ModuleOrigin(source));
    }

    /// <summary>Loads the module of a configuration.</summary>
    /// <param name="observer">Hears what <see cref="Open(string, string, IRegistrationObserver, TimeSpan?, SettingSource)"/> says.</param>
    public static Pkcs11Module Open(HsmSettings hsm, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(hsm);
        ArgumentNullException.ThrowIfNull(observer);
        return OpenNamed(hsm.ModulePath, hsm.ModuleParameters, hsm.Factories, observer, hsm.CallTimeout, ModuleOrigin.Of(hsm));
    }

    /// <summary>
    /// Looks for a UUID in the slot descriptions, slots without a token included: some vendors put the device's UUID there.
    /// </summary>
    /// <param name="hsm">The configuration that names the module.</param>
    /// <returns>The first one found, lower-case; <see langword="null"/> when there is none.</returns>
    public static string? FindUuidInSlotDescription(HsmSettings hsm)
    {
        using Pkcs11Module module = Open(hsm, SilentObserver.Instance);
        lock (module.Loaded.Calls)
        {
            return module.Loaded.Slots(SlotsType.WithOrWithoutTokenPresent)
                .Select(slot => UuidText.Find(TokenSlot.DescriptionOf(slot, module.Path)))
                .FirstOrDefault(uuid => uuid is not null);
        }
    }

    /// <summary>Lists all tokens of the module, with what can be known without a login; broken ones are left out.</summary>
    /// <returns>The tokens, in the module's order of slots.</returns>
    public IReadOnlyList<TokenInfo> ListTokens()
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        lock (Loaded.Calls)
        {
            return [.. TokenSlot.List(Loaded, []).Select(slot => slot.WithMechanisms().Token)];
        }
    }

    /// <summary>Lists all slots of the module, those without a token and those that cannot be read included.</summary>
    /// <returns>The slots, in the module's order.</returns>
    public IReadOnlyList<HsmSlot> ListSlots()
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        lock (Loaded.Calls)
        {
            return SlotLister.List(Loaded);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Loaded.Release();
            door.Users.Remove(observer);
        }
    }

    private static Pkcs11Module OpenNamed(
        string path, string? parameters, Pkcs11InteropFactories? factories, IRegistrationObserver listener, TimeSpan? timeout, ModuleOrigin? origin)
    {
        var door = ModuleCalls.Of(path);
        door.Users.Add(listener, timeout, origin);
        try
        {
            // Before the lock of loading: whoever writes the words may want that one as well.
            if (!LoadedModule.IsLoaded(path))
            {
                door.Announce(listener);
            }

            var loaded = LoadedModule.Acquire(path, parameters, factories ?? StandardFactories.Value, origin?.Source);
            loaded.WarnOfChanges(listener);
            return new Pkcs11Module(loaded, door, listener);
        }
        catch (AutoRegisterException)
        {
            door.Users.Remove(listener);
            throw;
        }
    }
}
