using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.OAuth;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>In development: the holder of the API token may register any device, the holder of an OAuth access token one.</summary>
internal sealed class TokenCheck(ApiToken apiToken, DeviceAuthorizations oauth) : IApplicantCheck
{
    /// <inheritdoc/>
    public async Task<Applicant> RequireAsync(HttpContext context)
    {
        string? address = AddressRanges.Of(context);
        if (RequestToken.Of(context.Request.Headers) is { } token)
        {
            if (apiToken.Equals(token))
            {
                return new Applicant { Actor = "API token", Address = address };
            }

            if (await oauth.HolderOfAsync(token) is { } uuid)
            {
                return new Applicant { Actor = $"device {uuid}", Device = uuid, Address = address };
            }
        }

        throw new RefusedException(RefusalKind.Unauthenticated, RequestToken.Refusal);
    }
}
