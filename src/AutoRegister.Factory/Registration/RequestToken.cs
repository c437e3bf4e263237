using System.Text;
using Microsoft.Extensions.Primitives;

namespace AutoRegister.Factory.Registration;

/// <summary>The token in a request's headers.</summary>
internal static class RequestToken
{
    /// <summary>What the hosted service says to one it does not know; scripts look for this sentence.</summary>
    public const string Refusal = "Provided token value is not valid";

    /// <summary>The token, or null when there is none, or more than one.</summary>
    public static string? Of(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("OSF-TOKEN", out StringValues plain))
        {
            return plain is [{ Length: > 0 } one] ? one : null;
        }

        const string Scheme = "Bearer ";
        if (headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // The hosted service wants the token in base64 here, unlike RFC 6750.
        string encoded = header[Scheme.Length..].Trim();
        byte[] bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out int length) && length > 0 ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
