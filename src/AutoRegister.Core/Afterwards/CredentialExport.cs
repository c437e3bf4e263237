using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Gateway;
using AutoRegister.Core.OtaClient;

namespace AutoRegister.Core.Afterwards;

/// <summary>
/// The last step with what follows it. Only the credentials themselves can fail it: what comes after the commit is tried, and a problem
/// with it is kept, because the registration stands. The OTA client is started last, when nothing changes under it any more.
/// </summary>
/// <param name="wishes">What is wanted besides.</param>
/// <param name="observer">Is told what happens.</param>
public sealed class CredentialExport(ExportWishes wishes, IRegistrationObserver observer)
{
    private readonly List<AutoRegisterException> problems = [];

    /// <summary>What went wrong after the commit, in the order it happened.</summary>
    public IReadOnlyList<AutoRegisterException> Problems => problems;

    /// <summary>Puts the credentials in place, and does what follows.</summary>
    /// <param name="cancellation">Cancels what can be: before the commit all of it, afterwards the waits.</param>
    /// <returns>What the device has now.</returns>
    /// <exception cref="AutoRegisterException">The credentials are not in place, Docker's configuration cannot be changed, or the copy could not be made.</exception>
    public async Task<ExportedCredentials> RunAsync(DeviceRegistration registration, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(registration);
        SotaConfig config = registration.Key.Config;

        // Read before anything is put in place: a file that cannot be changed stops the export as early as fioup does.
        string? dockerPath = wishes.DockerHelper is null ? null : wishes.DockerConfigPath ?? DockerCredentialHelper.DefaultPath();
        byte[]? docker = dockerPath is null ? null
            : DockerCredentialHelper.Merge(dockerPath, DockerCredentialHelper.HubHost(config.DeviceApi), wishes.DockerHelper!);
        ExportedCredentials exported = new Enroller(new EnrollerOptions(), observer).Export(registration, cancellation);
        exported = exported with { DockerConfigPath = docker is not null && WriteDocker(dockerPath!, docker) ? dockerPath : null };
        exported = exported with { ApiTokenRemoved = RemoveToken(config) };
        exported = exported with { GatewayVerified = await VerifyAsync(exported, config, cancellation).ConfigureAwait(false) };
        exported = wishes.CopyPath is null ? exported : CredentialCopy.Copy(exported, wishes.CopyPath);
        return exported with { OtaClient = await StartAsync(config, cancellation).ConfigureAwait(false) };
    }

    private bool WriteDocker(string path, byte[] content)
    {
        try
        {
            DockerCredentialHelper.Write(path, content);
            return true;
        }
        catch (AutoRegisterException e)
        {
            problems.Add(e);
            return false;
        }
    }

    private bool RemoveToken(SotaConfig config)
    {
        try
        {
            return wishes.RemoveApiToken && ApiTokenFile.Remove(config, observer);
        }
        catch (AutoRegisterException e)
        {
            problems.Add(e);
            return false;
        }
    }

    private async Task<bool?> VerifyAsync(ExportedCredentials exported, SotaConfig config, CancellationToken cancellation)
    {
        if (!wishes.VerifyGateway)
        {
            return exported.GatewayVerified;
        }

        try
        {
            await GatewayProbe.AskAsync(exported.Path, config.Hsm, observer, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AutoRegisterException e)
        {
            problems.Add(e);
            return false;
        }
    }

    private async Task<OtaClientState> StartAsync(SotaConfig config, CancellationToken cancellation)
    {
        if (!wishes.StartOtaClient || config.Root != "/" || config.OutputPath is not null)
        {
            return wishes.StartOtaClient ? OtaClientState.OtherRoot : OtaClientState.NotAsked;
        }

        try
        {
            return await new OtaClientStarter(wishes.OtaClientService, observer).StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e)
        {
            problems.Add(e);
            return OtaClientState.StartFailed;
        }
    }
}
