using System.Text.Json;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Api.OAuth;

/// <summary>The answer that begins a device flow (RFC 8628, section 3.2).</summary>
internal sealed record DeviceGrant
{
    // RFC 8628, section 3.2: five seconds when the server does not say.
    private const int DefaultInterval = 5;
    private const int LongestInterval = 300;
    private const int LongestLife = 24 * 3600;

    /// <summary>What the device proves itself with when it asks for the token.</summary>
    internal required string DeviceCode { get; init; }

    /// <summary>The code for the person.</summary>
    internal required string UserCode { get; init; }

    /// <summary>The page for the person.</summary>
    internal required string VerificationUri { get; init; }

    /// <summary>The page with the code in it.</summary>
    internal string? VerificationUriComplete { get; init; }

    /// <summary>How long the codes are good for.</summary>
    internal required TimeSpan ExpiresIn { get; init; }

    /// <summary>How far apart the device may ask.</summary>
    internal required TimeSpan Interval { get; init; }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.AnswerInvalid"/>.</exception>
    internal static DeviceGrant Parse(Uri endpoint, byte[] body)
    {
        using JsonDocument document = OAuthAnswer.Parse(endpoint, body);
        JsonElement root = document.RootElement;
        return new DeviceGrant
        {
            DeviceCode = OAuthAnswer.Require(endpoint, root, "device_code"),
            UserCode = Printable.Text(OAuthAnswer.Require(endpoint, root, "user_code")),
            VerificationUri = Link(endpoint, OAuthAnswer.Require(endpoint, root, "verification_uri")),
            VerificationUriComplete = OAuthAnswer.Text(root, "verification_uri_complete") is { Length: > 0 } link ? Link(endpoint, link) : null,
            ExpiresIn = TimeSpan.FromSeconds(Math.Clamp(
                OAuthAnswer.Number(root, "expires_in") ?? throw OAuthAnswer.Lacks(endpoint, "expires_in"), 1, LongestLife)),
            Interval = TimeSpan.FromSeconds(Math.Clamp(OAuthAnswer.Number(root, "interval") ?? DefaultInterval, 1, LongestInterval)),
        };
    }

    // A person is about to open it, and a terminal to print it. With a user name in it, it looks like a link to somebody else.
    private static string Link(Uri endpoint, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0
            ? uri.AbsoluteUri
            : throw OAuthAnswer.Lacks(endpoint, "usable verification_uri");
}
