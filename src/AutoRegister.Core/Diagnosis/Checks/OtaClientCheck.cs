using AutoRegister.Core.Files;
using AutoRegister.Core.OtaClient;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The OTA client: installed, stopped before the registration, running after it.</summary>
internal sealed class OtaClientCheck() : LocalCheck("OTA client")
{
    private const string Program = "/usr/bin/aktualizr-lite";

    protected override CheckFinding Run(DiagnosisContext context)
    {
        bool running = OtaClientLock.IsRunning(context.Inputs.Root);
        if (context.IsRegistered())
        {
            return running ? CheckFinding.Passed("It runs")
                : context.Inputs.Root != "/" ? CheckFinding.Skipped("Whether it runs is not to be seen from here.")
                : CheckFinding.Warning("It does not run.", $"systemctl start {OtaClientLock.DefaultService}");
        }

        return running
            ? CheckFinding.Failed("It runs, and must not while its credentials change under it.", $"systemctl stop {OtaClientLock.DefaultService}")
            : File.Exists(RootedPath.Resolve(context.Inputs.Root, Program))
                ? CheckFinding.Passed("It is installed and does not run")
                : CheckFinding.Warning($"{Program} is not there: the device can be registered, but nothing will update it.", "Use an image with an OTA client.");
    }
}
