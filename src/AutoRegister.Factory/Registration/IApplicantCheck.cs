using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Registration;

/// <summary>Finds out who sends a request to register a device.</summary>
internal interface IApplicantCheck
{
    /// <summary>Who sends it.</summary>
    /// <exception cref="RefusedException">Nobody who may register a device.</exception>
    Task<Applicant> RequireAsync(HttpContext context);
}
