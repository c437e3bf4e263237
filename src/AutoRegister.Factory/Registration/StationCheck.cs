using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>In production: a station of the ledger, by its token or by its client certificate.</summary>
internal sealed class StationCheck(StationRegistry stations, WrongTokens wrong, TimeProvider clock) : IApplicantCheck
{
    /// <inheritdoc/>
    public Task<Applicant> RequireAsync(HttpContext context)
    {
        var station = Find(context) ?? throw new RefusedException(wrong.Count(context.Connection.RemoteIpAddress));
        var address = context.Connection.RemoteIpAddress;
        return station.ComplaintOf(clock.GetUtcNow(), address) is { } complaint
            ? throw new RefusedException(complaint)
            : Task.FromResult(new Applicant { Actor = $"station {station.Name}", Station = station.Name, Address = AddressRanges.Of(context) });
    }

    // The certificate is known by its key: who signed it and what it says matters as little as for a key of SSH.
    private Station? Find(HttpContext context) => RequestToken.Of(context.Request.Headers) is { } token
        ? stations.FindByToken(token)
        : context.Connection.ClientCertificate is { } certificate && IsTimely(certificate)
            ? stations.FindByCertificate(Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())))
            : null;

    private bool IsTimely(X509Certificate2 certificate)
    {
        var now = clock.GetUtcNow();
        return now >= certificate.NotBefore && now <= certificate.NotAfter;
    }
}
