using AutoRegister.Core.Gateway;
using AutoRegister.Core.Pkcs11.Modules;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The gateway accepts the device: mutual TLS with its key, as the OTA client does it.</summary>
internal sealed class GatewayCheck() : DiagnosisCheck("Gateway", needsNetwork: true)
{
    internal override async Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation)
    {
        if (!context.Installed.Complete)
        {
            return CheckFinding.Skipped("The device is not registered.");
        }

        if (context.Installed.Toml!.HasToken && !DiagnosisContext.Has(() => context.Token))
        {
            return CheckFinding.Skipped("The token is not there.");
        }

        if (context.Installed.Toml.HasToken && context.Token!.Token.UserPin is not (PinState.Ready or PinState.ToBeChanged))
        {
            return CheckFinding.Skipped("The token reports something wrong with its user PIN: it is not tried.", "See the PIN state above.");
        }

        GatewayAnswer answer = await GatewayProbe.AskAsync(
            context.SotaPath, context.Installed.Toml.HasToken ? context.Hsm : null, context.Observer, cancellation).ConfigureAwait(false);
        return CheckFinding.Passed($"{answer.Server} accepts the device ({answer.Protocol}, HTTP {answer.Status})");
    }
}
