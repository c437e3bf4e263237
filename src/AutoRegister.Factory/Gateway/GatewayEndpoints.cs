using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using AutoRegister.Core.Keys;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Pki;

namespace AutoRegister.Factory.Gateway;

/// <summary>The device gateway: tells a device who it is, as its certificate and the ledger have it.</summary>
internal sealed class GatewayEndpoints(string factory, DeviceCertificates devices)
{
    /// <summary>Adds the routes: any path, GET and HEAD.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head], WhoAmIAsync);

    private async Task WhoAmIAsync(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate || ReadSubject(certificate) is not { } subject)
        {
            await Answer.ErrorAsync(context, StatusCodes.Status403Forbidden, "The certificate names no device of this factory");
            return;
        }

        RequestLog.Note(context, subject.Uuid);
        string key = PublicKeyHash.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        string? name = await devices.SeenAsync(subject.Uuid, key);
        if (name is null)
        {
            await Answer.ErrorAsync(context, StatusCodes.Status403Forbidden, "The device is not in the ledger with this key");
            return;
        }

        await Answer.JsonAsync(context, StatusCodes.Status200OK, new Identity(subject.Uuid, subject.Factory, name));
    }

    private (string Uuid, string Factory)? ReadSubject(X509Certificate2 certificate)
    {
        ILookup<string, string?> subject = DistinguishedName.Decode(certificate.SubjectName.RawData).ToLookup(a => a.Oid, a => a.Value);
        return subject[DistinguishedName.CommonName].SingleOrDefault() is { } uuid
            && subject[DistinguishedName.OrganizationalUnit].SingleOrDefault() == factory
            ? (uuid, factory)
            : null;
    }

    private sealed record Identity(
        [property: JsonPropertyName("uuid")] string Uuid,
        [property: JsonPropertyName("factory")] string Factory,
        [property: JsonPropertyName("name")] string Name);
}
