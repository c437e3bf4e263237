using System.Text.Json;
using System.Text.Json.Serialization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Registration;

namespace AutoRegister.Factory.Gateway;

/// <summary>
/// What a device gateway elsewhere needs of the ledger: whom to turn away, and a place to say whose certificate it saw, so that
/// those before it are retired. Both are for the station that is entered as the gateway.
/// </summary>
internal sealed class GatewayReportEndpoints(IApplicantCheck gateways, LedgerReader reader, DeviceCertificates certificates)
{
    /// <summary>The deny list.</summary>
    public const string DenyList = "/gateway/denylist";

    /// <summary>The report of a certificate that was seen.</summary>
    public const string Seen = "/gateway/seen";

    private static readonly JsonSerializerOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(DenyList, [HttpMethods.Get], DenyListAsync);
        routes.MapMethods(Seen, [HttpMethods.Post], SeenAsync);
    }

    private async Task DenyListAsync(HttpContext context)
    {
        await gateways.RequireAsync(context);
        await Answer.JsonAsync(context, StatusCodes.Status200OK, new { devices = reader.Read(DeniedDevice.All) });
    }

    private async Task SeenAsync(HttpContext context)
    {
        await gateways.RequireAsync(context);
        string serial = await ReadAsync(context);
        string? uuid = await certificates.SeenAsync(serial);
        if (uuid is null)
        {
            await Answer.ErrorAsync(context, StatusCodes.Status403Forbidden, $"The certificate {FieldRules.Quote(serial)} is none of this factory's, was replaced, or its device was revoked");
            return;
        }

        RequestLog.Note(context, uuid);
        await Answer.JsonAsync(context, StatusCodes.Status200OK, new { uuid });
    }

    private static async Task<string> ReadAsync(HttpContext context)
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync<Report>(context.Request.Body, Strict, context.RequestAborted))?.Serial is { Length: > 0 } serial
                ? AsKept(serial)
                : throw Malformed();
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }

    // Some write a number with the zeros before it and colons in it, others neither.
    private static string AsKept(string serial)
    {
        string digits = serial.Replace(":", "", StringComparison.Ordinal).TrimStart('0').ToUpperInvariant();
        return digits.Length % 2 == 0 ? digits : "0" + digits;
    }

    private static RefusedException Malformed() =>
        RefusedException.Malformed("the body must be {\"serial\": \"…\"}, the certificate's serial number in hexadecimal");

    private sealed record Report([property: JsonPropertyName("serial")] string? Serial);
}
