using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What several checks look at, each thing read once. What cannot be read throws the same error at every look.</summary>
internal sealed class DiagnosisContext : IDisposable
{
    private readonly Lazy<InstalledCredentials> installed;
    private readonly Lazy<HsmSources?> hsm;
    private readonly Lazy<Pkcs11Module?> module;
    private readonly Lazy<TokenSlot?> token;

    internal DiagnosisContext(DiagnosisOptions options, IRegistrationObserver observer)
    {
        Options = options;
        Observer = observer;
        Inputs = new SettingInputs(options.Config, options.Variable, observer);
        SotaPath = RootedPath.Resolve(Inputs.Root, options.Config.SotaDirectory ?? SotaConfig.DefaultSotaDirectory);
        installed = new(() => Inspect(SotaPath));
        hsm = new(() => HsmSetting.Read(Inputs));
        module = new(() => Hsm is null ? null : Pkcs11Module.Open(Hsm, Observer));
        token = new(FindToken);
    }

    internal DiagnosisOptions Options { get; }

    internal IRegistrationObserver Observer { get; }

    internal SettingInputs Inputs { get; }

    /// <summary>The SOTA directory on this machine.</summary>
    internal string SotaPath { get; }

    /// <summary>What is in the SOTA directory.</summary>
    internal InstalledCredentials Installed => installed.Value;

    /// <summary>The HSM settings; <see langword="null"/> where the device key is a file.</summary>
    internal HsmSettings? Hsm => hsm.Value?.Settings;

    /// <summary>Whether the HSM settings cannot be had, so that nobody knows whether there is a token.</summary>
    internal bool HsmIsUnknown
    {
        get
        {
            try
            {
                return Hsm is null && hsm.Value is not null;
            }
            catch (AutoRegisterException)
            {
                return true;
            }
        }
    }

    /// <summary>The loaded module; <see langword="null"/> where none is configured.</summary>
    internal Pkcs11Module? Module => module.Value;

    /// <summary>The device's token, or the blank one that would become it.</summary>
    internal TokenSlot? Token => token.Value;

    /// <summary>The proxies that the environment names.</summary>
    internal ProxyVariables Proxies => new(Options.Variable);

    /// <summary>The registration endpoint.</summary>
    internal Uri DeviceApi(IRegistrationObserver? listener = null) => SettingCatalogue.DeviceApi.ReadFrom(Inputs with { Observer = listener ?? Observer })!.Value.Value;

    /// <summary>Whether the device is registered; <see langword="false"/> also where nobody can tell.</summary>
    internal bool IsRegistered()
    {
        try
        {
            return Installed.Complete;
        }
        catch (AutoRegisterException)
        {
            return false;
        }
    }

    /// <summary>Whether something that another check reports on can be had at all.</summary>
    internal static bool Has<T>(Func<T?> something)
        where T : class
    {
        try
        {
            return something() is not null;
        }
        catch (AutoRegisterException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (module.IsValueCreated)
        {
            module.Value?.Dispose();
        }

        if (hsm.IsValueCreated)
        {
            hsm.Value?.Dispose();
        }
    }

    private static InstalledCredentials Inspect(string path)
    {
        try
        {
            // A directory nobody lets us into looks empty to everything that asks whether a file exists.
            if (Directory.Exists(path))
            {
                using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(path).GetEnumerator();
                entries.MoveNext();
            }

            return InstalledCredentials.Inspect(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AutoRegisterException(ErrorId.FileUnreadable, $"'{path}' cannot be read: {e.Message}", "Run this as root.", path, e);
        }
    }

    private TokenSlot? FindToken()
    {
        if (Module is null || Hsm is not HsmSettings settings)
        {
            return null;
        }

        lock (Module.Loaded.Calls)
        {
            return TokenFinder.Find(Module.Loaded, TokenSelector.Of(settings), acceptBlank: true, Observer).WithMechanisms();
        }
    }
}
