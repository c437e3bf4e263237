using System.Net;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Keys;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>In production: a station of the ledger, by its token or by its client certificate.</summary>
/// <param name="asGateway">Whether the device gateway is wanted, and not a station that registers devices.</param>
internal sealed class StationCheck(StationRegistry stations, WrongTokens wrong, TimeProvider clock, bool asGateway = false) : IApplicantCheck
{
    /// <inheritdoc/>
    public Task<Applicant> RequireAsync(HttpContext context)
    {
        Station station = Find(context) ?? throw new RefusedException(wrong.Count(context.Connection.RemoteIpAddress));
        IPAddress? address = context.Connection.RemoteIpAddress;
        return (station.ComplaintOf(clock.GetUtcNow(), address) ?? ComplaintOfRole(station)) is { } complaint
            ? throw new RefusedException(complaint)
            : Task.FromResult(new Applicant { Actor = $"station {station.Name}", Station = station.Name, Address = AddressRanges.Of(context) });
    }

    private Refusal? ComplaintOfRole(Station station) => station.Gateway == asGateway ? null
        : Refusal.Forbidden(asGateway ? $"The station {station.Name} is not the device gateway" : $"The station {station.Name} is the device gateway, which registers nobody");

    // The certificate is known by its key: who signed it and what it says matters as little as for a key of SSH.
    private Station? Find(HttpContext context) => RequestToken.Of(context.Request.Headers) is { } token
        ? stations.FindByToken(token)
        : context.Connection.ClientCertificate is { } certificate && IsTimely(certificate)
            ? stations.FindByCertificate(PublicKeyHash.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            : null;

    private bool IsTimely(X509Certificate2 certificate)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return now >= certificate.NotBefore && now <= certificate.NotAfter;
    }
}
