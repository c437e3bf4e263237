using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace CrashRig.Sweep;

/// <summary>Looks at a device after the plain run that followed the crash, with other programs than ours where there are any.</summary>
internal sealed partial class Aftermath(Device device, LocalFactory factory, string module)
{
    private static readonly string[] Expected = ["client.chained", "client.pem", "root.crt", "sota.toml"];

    /// <summary>Everything that is not as it should be, one sentence each.</summary>
    internal List<string> Problems(ProcessRun rerun, int devices)
    {
        List<string> problems = [];
        if (rerun.ExitCode != 0)
        {
            problems.Add($"the next run ended with exit code {rerun.ExitCode}: {LastLine(rerun.Error)}");
            return problems;
        }

        if (devices != 1)
        {
            problems.Add($"the ledger holds {devices} devices for this one");
        }

        string[] wanted = module.Length > 0 ? Expected : [.. Expected, "pkey.pem"];
        string[] there = [.. Directory.EnumerateFileSystemEntries(device.Sota).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        if (!there.SequenceEqual(wanted.Order(StringComparer.Ordinal)))
        {
            problems.Add($"the directory holds {string.Join(' ', there)}");
            return problems;
        }

        problems.AddRange(module.Length > 0 ? TokenProblems() : KeyFileProblems());
        return problems;
    }

    private IEnumerable<string> KeyFileProblems()
    {
        string key = Path.Join(device.Sota, "pkey.pem");
        using var pair = X509Certificate2.CreateFromPemFile(Path.Join(device.Sota, "client.pem"), key);
        if (!pair.HasPrivateKey)
        {
            yield return "key and certificate are not a pair";
        }

        string config = $"cert = \"{Path.Join(device.Sota, "client.pem")}\"\nkey = \"{key}\"\n";
        if (AskGateway(config) is string problem)
        {
            yield return problem;
        }
    }

    private IEnumerable<string> TokenProblems()
    {
        var environment = new Dictionary<string, string>(device.Environment(factory)) { ["RIG_PIN"] = Device.Pin, ["PKCS11_MODULE_PATH"] = module };
        string[] list = ["--module", module, "--token-label", "aktualizr", "--login", "--pin", "env:RIG_PIN", "--list-objects"];
        var listed = ProcessRun.Run("pkcs11-tool", list, environment);
        string[] objects = [.. ObjectLine().Matches(listed.Output).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
        if (!objects.SequenceEqual(["Certificate", "Private Key", "Public Key"]))
        {
            yield return $"the token holds {string.Join(", ", objects)} ({LastLine(listed.Error)})";
        }

        var slots = ProcessRun.Run("pkcs11-tool", ["--module", module, "--list-token-slots"], environment);
        int ours = slots.Output.Split('\n').Count(line => line.Contains("token label", StringComparison.Ordinal) && line.TrimEnd().EndsWith("aktualizr", StringComparison.Ordinal));
        if (ours != 1)
        {
            yield return $"{ours} tokens are called aktualizr";
        }

        string uri = $"pkcs11:token=aktualizr;pin-value={Device.Pin}";
        string config = "engine = \"pkcs11\"\nkey-type = \"ENG\"\ncert-type = \"ENG\"\n"
            + $"key = \"{uri};id=%01;type=private\"\ncert = \"{uri};id=%03;type=cert\"\n";
        if (AskGateway(config, environment) is string problem)
        {
            yield return problem;
        }
    }

    /// <summary>curl reads its options from standard input, so that no PIN is in a command line.</summary>
    private string? AskGateway(string config, Dictionary<string, string>? environment = null)
    {
        string all = $"silent\nshow-error\nfail\nurl = \"{factory.Gateway}/\"\ncacert = \"{Path.Join(device.Sota, "root.crt")}\"\n{config}";
        var curl = ProcessRun.Run("curl", ["--config", "-"], environment, all);
        return curl.ExitCode == 0 ? null : $"the gateway refuses the device: {LastLine(curl.Error)}";
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];

    [GeneratedRegex("^(Private Key|Public Key|Certificate|Secret Key|Data object)", RegexOptions.Multiline)]
    private static partial Regex ObjectLine();
}
