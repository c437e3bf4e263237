using System.Text;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.OAuth;

namespace AutoRegister.Factory.Registration;

/// <summary>Who may register a device: the holder of the API token any, the holder of an OAuth access token one.</summary>
internal sealed class TokenCheck(ApiToken apiToken, DeviceAuthorizations oauth)
{
    /// <summary>What the hosted service says; scripts look for this sentence.</summary>
    private const string Refusal = "Provided token value is not valid";

    /// <summary>Checks a request's token, or throws <see cref="RefusedException"/> with 401.</summary>
    public async Task<Holder> RequireAsync(IHeaderDictionary headers)
    {
        if (TokenOf(headers) is { Length: > 0 } token)
        {
            if (apiToken.Equals(token))
            {
                return new Holder(null);
            }

            if (await oauth.HolderOfAsync(token) is { } uuid)
            {
                return new Holder(uuid);
            }
        }

        throw new RefusedException(RefusalKind.Unauthenticated, Refusal);
    }

    private static string? TokenOf(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("OSF-TOKEN", out var plain))
        {
            return plain.Count == 1 ? plain[0] : null;
        }

        const string Scheme = "Bearer ";
        var header = headers.Authorization;
        if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // The hosted service wants the token in base64 here, unlike RFC 6750.
        var encoded = header[0]![Scheme.Length..].Trim();
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>Who sent a good token: null for the API token, else the one device an access token was issued for.</summary>
    internal readonly record struct Holder(string? Uuid)
    {
        /// <summary>Throws <see cref="RefusedException"/> with 403 unless this holder may register that device.</summary>
        public void RequireDevice(string uuid)
        {
            if (Uuid is not null && !string.Equals(Uuid, uuid, StringComparison.Ordinal))
            {
                throw new RefusedException(RefusalKind.Forbidden, "The access token was issued for another device");
            }
        }
    }
}
