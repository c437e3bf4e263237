using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The API token: there, and of a form a token can have. Whether it is valid only the server knows.</summary>
internal sealed class ApiTokenCheck() : LocalCheck("API token")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (context.IsRegistered())
        {
            return CheckFinding.Skipped("The device is registered and needs none.");
        }

        Sourced<Secret>? token = ApiTokenSetting.Read(context.Inputs);
        if (token is null)
        {
            return CheckFinding.Skipped("None is wanted.");
        }

        using Secret secret = token.Value.Value;
        return CheckFinding.Passed($"There, from {token.Value.Source}");
    }
}
