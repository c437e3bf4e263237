using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api.OAuth;

/// <summary>
/// The OAuth device flow (RFC 8628): the device shows a link and a code, a person authorises it elsewhere, and the device
/// asks until it has its access token.
/// </summary>
/// <param name="client">Speaks to the server.</param>
/// <param name="observer">Shows the person what to do.</param>
internal sealed class DeviceAuthorization(RegistrationClient client, IRegistrationObserver observer, TimeProvider time)
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    // RFC 8628, section 3.5: slow_down adds five seconds, for this and all requests that follow.
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    /// <summary>Asks for authorisation and waits for the decision.</summary>
    /// <param name="config">The OAuth base and the factory.</param>
    /// <returns>The access token; the caller disposes of it.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AuthorizationDenied"/>, <see cref="ErrorId.AuthorizationExpired"/>, or a condition of the network or server.</exception>
    internal async Task<Secret> RunAsync(SotaConfig config, string uuid, CancellationToken cancellation)
    {
        string scope = $"{config.Factory}:devices:create";
        Uri authorization = Endpoint(config, "authorization/device/");
        OAuthReply reply = await client.PostFormAsync(authorization, [new("client_id", uuid), new("scope", scope)], cancellation).ConfigureAwait(false);
        DeviceGrant grant = reply.Succeeded ? DeviceGrant.Parse(authorization, reply.Body) : throw Refused(authorization, reply);
        long begun = time.GetTimestamp();
        observer.ReportPersonNeeded(Prompt(grant, uuid));

        var wait = new PollInterval(grant.Interval);
        Uri token = Endpoint(config, "token/");
        KeyValuePair<string, string>[] form = [new("grant_type", GrantType), new("device_code", grant.DeviceCode), new("client_id", uuid), new("scope", scope)];
        while (true)
        {
            TimeSpan left = grant.ExpiresIn - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                throw Expired(token);
            }

            observer.ReportWaiting("Waiting for authorisation", $"{Math.Ceiling(left.TotalMinutes).ToString(CultureInfo.InvariantCulture)} minutes left", left);
            await Task.Delay(wait.Next < left ? wait.Next : left, time, cancellation).ConfigureAwait(false);
            if (await PollAsync(token, form, wait, cancellation).ConfigureAwait(false) is Secret access)
            {
                observer.ReportWaitEnded();
                observer.ReportStep($"The device {uuid} was authorised");
                return access;
            }
        }
    }

    private async Task<Secret?> PollAsync(Uri endpoint, KeyValuePair<string, string>[] form, PollInterval wait, CancellationToken cancellation)
    {
        OAuthReply reply;
        try
        {
            reply = await client.PostFormAsync(endpoint, form, cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e) when (e.Sort == FailureSort.TryAgain)
        {
            // RFC 8628, section 3.5: after a time-out the device must ask less often. The person may be deciding meanwhile.
            wait.Lengthen(SlowDown);
            observer.ReportWarning($"{e.Message} The device asks again in {wait.Next.TotalSeconds} s.");
            return null;
        }

        using JsonDocument document = OAuthAnswer.Parse(endpoint, reply.Body);
        if (reply.Succeeded)
        {
            return Secret.FromUtf8(Encoding.UTF8.GetBytes(OAuthAnswer.Require(endpoint, document.RootElement, "access_token")));
        }

        switch (OAuthAnswer.Text(document.RootElement, "error"))
        {
            case "authorization_pending":
                return null;
            case "slow_down":
                wait.Lengthen(SlowDown);
                observer.ReportDetail($"The server asks for patience: the next request is in {wait.Next.TotalSeconds} s");
                return null;
            case "access_denied":
                throw new AutoRegisterException(ErrorId.AuthorizationDenied, "A person refused to authorise this device.", "Run this again and approve it, or use an API token.", endpoint);
            case "expired_token":
                throw Expired(endpoint);
            default:
                throw Refused(endpoint, reply);
        }
    }

    private static AuthorizationPrompt Prompt(DeviceGrant grant, string uuid) => new()
    {
        VerificationUri = grant.VerificationUri,
        VerificationUriComplete = grant.VerificationUriComplete,
        UserCode = grant.UserCode,
        Uuid = uuid,
        ExpiresIn = grant.ExpiresIn,
        QrCode = QrText.Draw(grant.VerificationUriComplete ?? grant.VerificationUri),
    };

    private static Uri Endpoint(SotaConfig config, string path) => new(config.OAuthBase.AbsoluteUri.TrimEnd('/') + "/" + path);

    private static AutoRegisterException Expired(Uri endpoint) => new(
        ErrorId.AuthorizationExpired, "Nobody authorised this device in time.", "Run this again and open the link before it expires.", endpoint);

    private static AutoRegisterException Refused(Uri endpoint, OAuthReply reply) => HttpErrors.FromAnswer(endpoint, reply.Status, Encoding.UTF8.GetString(reply.Body));
}
