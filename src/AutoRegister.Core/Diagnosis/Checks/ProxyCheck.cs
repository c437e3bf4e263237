using AutoRegister.Core.Api;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The proxy that the environment names for the registration API. A user name and password in it are not shown.</summary>
internal sealed class ProxyCheck() : LocalCheck("Proxy")
{
    protected override CheckFinding Run(DiagnosisContext context)
    {
        Uri api = context.DeviceApi();
        return context.Proxies.For(api) is ProxyServer proxy ? CheckFinding.Passed($"{proxy} for {api.Host} ({proxy.Variable})")
            : context.Proxies.Named(api) is string name ? CheckFinding.Passed($"None for {api.Host}, although {name} is set: NO_PROXY excludes it, or it is this machine")
            : CheckFinding.Passed("None");
    }
}
