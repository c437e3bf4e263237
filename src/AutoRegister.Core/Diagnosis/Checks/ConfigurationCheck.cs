using AutoRegister.Core.Configuration;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>What the device is told to be, API token and HSM left to checks of their own.</summary>
internal sealed class ConfigurationCheck() : LocalCheck("Configuration")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        var warnings = new WarningCollector(context.Observer);
        SotaConfigOptions options = context.Options.Config with { ApiToken = null, ApiTokenPath = null, SkipApiToken = true, NoHsm = true };
        SotaConfig config = new SotaConfigReader(options, context.Options.Variable, warnings).Read();
        string seen = $"Factory {config.Factory}, tags {string.Join(',', config.Tags)}, hardware {config.HardwareId}, server {config.DeviceApi}";
        return warnings.Any
            ? CheckFinding.Warning($"{seen}. {warnings.Text}", "Get-SotaConfig shows where each value comes from.")
            : CheckFinding.Passed(seen);
    }
}
