using System.Text.Json.Serialization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;

namespace AutoRegister.Factory.OAuth;

/// <summary>The two endpoints a device uses in the device flow (RFC 8628 sections 3.1 to 3.5).</summary>
internal sealed class OAuthEndpoints(string factory, DeviceAuthorizations authorizations, Func<HttpContext, Uri> publicBase)
{
    /// <summary>The base of both, a device's OAUTH_BASE.</summary>
    public const string Base = "/oauth";

    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly string scope = $"{factory}:devices:create";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods($"{Base}/authorization/device/", [HttpMethods.Post], AuthorizeAsync);
        routes.MapMethods($"{Base}/token/", [HttpMethods.Post], TokenAsync);
    }

    private async Task AuthorizeAsync(HttpContext context)
    {
        if (await FormReader.ReadAsync(context) is not { } form || form.One("client_id") is not { } uuid || !FieldRules.IsUuid(uuid))
        {
            await FailAsync(context, "invalid_request", "a form with client_id, the device's uuid, is needed");
            return;
        }

        RequestLog.Note(context, uuid);
        if (form.One("scope") is not { } asked || !string.Equals(asked, scope, StringComparison.Ordinal))
        {
            await FailAsync(context, "invalid_scope", $"the scope must be {scope}");
            return;
        }

        DeviceGrant grant = await authorizations.StartAsync(uuid);
        string page = new Uri(publicBase(context), ApprovalEndpoints.Path).AbsoluteUri;
        context.Response.Headers.CacheControl = "no-store";
        await Answer.JsonAsync(context, StatusCodes.Status200OK, new AuthorizationAnswer(
            grant.DeviceCode,
            grant.UserCode,
            page,
            $"{page}?user_code={grant.UserCode}",
            (long)authorizations.CodeLifetime.TotalSeconds,
            (long)authorizations.Interval.TotalSeconds));
    }

    private async Task TokenAsync(HttpContext context)
    {
        IFormCollection? form = await FormReader.ReadAsync(context);
        if (form?.One("grant_type") is { } grantType && grantType != GrantType)
        {
            await FailAsync(context, "unsupported_grant_type", $"the grant_type must be {GrantType}");
            return;
        }

        if (form?.One("grant_type") is null || form.One("device_code") is not { } code || form.One("client_id") is not { } uuid)
        {
            await FailAsync(context, "invalid_request", "a form with grant_type, device_code and client_id, each once, is needed");
            return;
        }

        PollResult result = await authorizations.PollAsync(code, uuid);
        if (result.AccessToken is not { } token)
        {
            await FailAsync(context, result.Error!, null);
            return;
        }

        RequestLog.Note(context, uuid);
        context.Response.Headers.CacheControl = "no-store";
        await Answer.JsonAsync(context, StatusCodes.Status200OK, new TokenAnswer(
            token, "bearer", (long)DeviceAuthorizations.TokenLifetime.TotalSeconds, scope));
    }

    private static Task FailAsync(HttpContext context, string error, string? description)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Answer.JsonAsync(context, StatusCodes.Status400BadRequest, new Failure(error, description));
    }

    private sealed record AuthorizationAnswer(
        [property: JsonPropertyName("device_code")] string DeviceCode,
        [property: JsonPropertyName("user_code")] string UserCode,
        [property: JsonPropertyName("verification_uri")] string VerificationUri,
        [property: JsonPropertyName("verification_uri_complete")] string VerificationUriComplete,
        [property: JsonPropertyName("expires_in")] long ExpiresIn,
        [property: JsonPropertyName("interval")] long Interval);

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] long ExpiresIn,
        [property: JsonPropertyName("scope")] string Scope);

    private sealed record Failure(
        [property: JsonPropertyName("error")] string Error,
        [property: JsonPropertyName("error_description")] string? Description);
}
