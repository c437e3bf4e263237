using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Storage;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The whole story: a key, a registration, credentials. Each is an <see cref="EnrollmentStep{TResult}"/>, run under the lock of the SOTA
/// directory: it reads in the journal how far an earlier run came, does what is left, and makes it durable before the next can begin.
/// </summary>
/// <param name="options">How patient to be, and whom to trust.</param>
/// <param name="observer">Is told the story.</param>
public sealed class Enroller(EnrollerOptions options, IRegistrationObserver observer)
{
    /// <summary>Makes the device key and its CSR, or takes up those of an interrupted run.</summary>
    /// <param name="config">What the device is told to be.</param>
    /// <param name="replace">Whether to replace what an earlier registration left (<c>-Force</c>).</param>
    /// <param name="cancellation">Ends the wait for another run.</param>
    /// <returns>The key; its state is <see cref="RegistrationState.Registered"/> when there is nothing left to do.</returns>
    /// <exception cref="AutoRegisterException">The first problem.</exception>
    public DeviceKey MakeKey(SotaConfig config, bool replace, CancellationToken cancellation) =>
        MakeKey(config, new KeyChoice { Replace = replace }, cancellation);

    /// <summary>Makes the device key and its CSR, takes up those of an interrupted run, or makes the CSR for a key that is there.</summary>
    /// <param name="config">What the device is told to be.</param>
    /// <param name="cancellation">Ends the wait for another run.</param>
    /// <returns>The key; its state is <see cref="RegistrationState.Registered"/> when there is nothing left to do.</returns>
    /// <exception cref="AutoRegisterException">The first problem.</exception>
    public DeviceKey MakeKey(SotaConfig config, KeyChoice choice, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(choice);
        SotaConfig chosen = choice.Existing is null ? config : config with { Decisions = WithExisting(config, choice.Existing) };
        chosen = choice.EraseToken && chosen.Hsm is not null ? chosen with { Decisions = chosen.Decisions with { MayErase = true } } : chosen;
        if (!(options.OnLine && config.Hsm is null && config.OutputPath is not null && LineFolders.TryBegin(config.SotaPath, config.Root)))
        {
            DurableDirectory.Create(config.SotaPath);
        }

        return ExecuteAsync(new KeyStep(chosen, choice, observer), cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Sends the request until the answer is there, checked and durable.</summary>
    /// <param name="client">Speaks to the server.</param>
    /// <exception cref="AutoRegisterException">The last problem, when the time was up, or the first that repeating cannot solve.</exception>
    public async Task<DeviceRegistration> RegisterAsync(DeviceKey key, RegistrationClient client, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.State == RegistrationState.Registered)
        {
            return new DeviceRegistration { Key = key, State = RegistrationState.Registered };
        }

        return await ExecuteAsync(new RegistrationStep(key, client, options, observer), cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts the credentials in place; after <c>sota.toml</c> nothing is undone.</summary>
    /// <param name="cancellation">Ends the wait for another run.</param>
    /// <returns>What the device has now.</returns>
    /// <exception cref="AutoRegisterException">The first problem; the journal stays, and the next run continues.</exception>
    public ExportedCredentials Export(DeviceRegistration registration, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(registration);
        return ExecuteAsync(new ExportStep(registration, observer), cancellation).GetAwaiter().GetResult();
    }

    private static TokenDecisions WithExisting(SotaConfig config, KeyReference existing) => config.Hsm is null
        ? throw new AutoRegisterException(ErrorId.HsmSettingMissing, "There is no token to take an existing key from.", "Configure HSM_MODULE, HSM_PIN and HSM_SOPIN.", config)
        : config.Decisions with { ExistingKey = existing };

    /// <summary>Runs a step under the lock. Those that only use this machine are complete when this returns.</summary>
    private async Task<TResult> ExecuteAsync<TResult>(EnrollmentStep<TResult> step, CancellationToken cancellation)
    {
        using DirectoryLock held = Lock(step.Config, cancellation);
        return await step.ExecuteAsync(BegunOnLine.StorageOf(step.Config), cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes the lock, and makes sure that what is read from now on is ours.</summary>
    private DirectoryLock Lock(SotaConfig config, CancellationToken cancellation)
    {
        var held = DirectoryLock.Acquire(config.SotaPath, options.LockPatience, observer, cancellation);
        try
        {
            SotaDirectory.Claim(config.SotaPath, config.Root, observer);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }
}
