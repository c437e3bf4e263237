using System.Globalization;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The proxy that the environment names for the registration API. A user name and password in it are not shown.</summary>
internal sealed class ProxyCheck() : LocalCheck("Proxy")
{
    private static readonly string[] Variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

    protected override CheckFinding Run(DiagnosisContext context)
    {
        if (!Uri.TryCreate(context.DeviceApi().AbsoluteUri, UriKind.Absolute, out Uri? api))
        {
            return CheckFinding.Skipped("There is no server to reach.");
        }

        string[] named = [.. Variables.Where(name => context.Inputs.Environment(name) is not null)];
        Uri? proxy = HttpClient.DefaultProxy.GetProxy(api);
        if (proxy is not null && proxy != api)
        {
            return CheckFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{proxy.Scheme}://{proxy.Host}:{proxy.Port} for {api.Host}"));
        }

        return CheckFinding.Passed(named.Length > 0
            ? $"None for {api.Host}, although {string.Join(" and ", named)} is set: NO_PROXY excludes it, or what is set is no URL"
            : "None");
    }
}
