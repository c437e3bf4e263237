using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Registration;

/// <summary>Takes a device at its word that comes from a given network.</summary>
/// <param name="ranges">The networks; null for any, in development.</param>
internal sealed class AnybodyCheck(AddressRanges? ranges) : IApplicantCheck
{
    /// <inheritdoc/>
    public Task<Applicant> RequireAsync(HttpContext context) => ranges is null || ranges.Contain(context.Connection.RemoteIpAddress)
        ? Task.FromResult(new Applicant { Actor = "anybody", Address = AddressRanges.Of(context) })
        : throw new RefusedException(Refusal.Forbidden("Devices may not register from this address"));
}
