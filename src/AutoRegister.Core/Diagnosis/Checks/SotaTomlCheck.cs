using AutoRegister.Core.Sota;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>sota.toml can be read by both of its readers: aktualizr-lite (INI lines) and fioconfig (strict TOML).</summary>
internal sealed class SotaTomlCheck() : LocalCheck("sota.toml")
{
    private const string Anew = "Correct the file, or register anew with New-HsmDeviceKey -Force.";

    protected override CheckFinding Run(DiagnosisContext context)
    {
        string path = Path.Join(context.SotaPath, CredentialFileNames.SotaToml);
        if (!context.Installed.Any)
        {
            return CheckFinding.Skipped("The device is not registered.");
        }

        if (!File.Exists(path))
        {
            return CheckFinding.Failed($"'{path}' is missing.", "Register anew with New-HsmDeviceKey -Force, or put the file back.");
        }

        string text = SotaFile.ReadText(path);
        if (SotaToml.TryParse(text, out string problem) is not SotaToml toml)
        {
            return CheckFinding.Failed($"fioconfig cannot read it: {problem}.", Anew);
        }

        return SotaReaders.Difference(text) is string difference ? CheckFinding.Failed($"aktualizr-lite cannot read it as it is meant: {difference}.", Anew)
            : toml.GatewayServer.Length == 0 ? CheckFinding.Failed("It names no [tls] server.", Anew)
            : CheckFinding.Passed($"Both of its readers can read it; the gateway is {toml.GatewayServer}");
    }
}
