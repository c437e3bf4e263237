using System.Net;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>Takes a device at its word that comes from a given network.</summary>
/// <param name="ranges">The networks; null for any, in development.</param>
/// <param name="wrong">Counts those from elsewhere; null where there are none.</param>
internal sealed class AnybodyCheck(AddressRanges? ranges = null, WrongTokens? wrong = null) : IApplicantCheck
{
    /// <inheritdoc/>
    public Task<Applicant> RequireAsync(HttpContext context)
    {
        IPAddress? address = context.Connection.RemoteIpAddress;
        if (ranges is null || ranges.Contain(address))
        {
            return Task.FromResult(new Applicant { Actor = "anybody", Address = AddressRanges.Of(context) });
        }

        var refusal = Refusal.Forbidden("Devices may not register from this address");
        throw new RefusedException(wrong?.Count(address, refusal, "Too many requests from this address, which may not register devices") ?? refusal);
    }
}
