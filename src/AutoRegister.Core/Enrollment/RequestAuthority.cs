using AutoRegister.Core.Api;
using AutoRegister.Core.Api.OAuth;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// By what right a request is sent: the API token, or the access token of a person who authorised this device. A person is
/// asked once per UUID, however often the request is repeated.
/// </summary>
internal sealed class RequestAuthority(SotaConfig config, RegistrationClient client, EnrollerOptions options, IRegistrationObserver observer) : IDisposable
{
    private readonly DeviceAuthorization authorization = new(client, observer, options.Time);
    private Secret? bearer;
    private string authorized = string.Empty;

    /// <summary>The access token for a device; <see langword="null"/> when the API token is to be sent.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.ApiTokenMissing"/>, or the end of the device flow.</exception>
    internal async Task<Secret?> BearerAsync(string uuid, CancellationToken cancellation)
    {
        if (config.ApiToken is not null)
        {
            SecretErrors.RequireThere(config.ApiToken, "API token");
            return null;
        }

        if (!options.PersonIsThere)
        {
            throw new AutoRegisterException(
                ErrorId.ApiTokenMissing,
                "No API token is configured, and nobody is there to authorise the device.",
                "Give an API token, or run this with -DeviceAuthorization where a person can see its output.",
                config.DeviceApi);
        }

        if (authorized != uuid)
        {
            bearer?.Dispose();
            bearer = null;
            bearer = await authorization.RunAsync(config, uuid, cancellation).ConfigureAwait(false);
            authorized = uuid;
        }

        return bearer;
    }

    /// <inheritdoc/>
    public void Dispose() => bearer?.Dispose();
}
