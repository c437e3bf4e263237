using System.Diagnostics;
using System.Globalization;
using AutoRegister.Core.Api;

namespace AutoRegister.Core.Diagnosis.Checks;

/// <summary>The ping that comes before every registration, and how long it takes.</summary>
internal sealed class ServerCheck() : DiagnosisCheck("Server", needsNetwork: true)
{
    internal override async Task<CheckFinding> RunAsync(DiagnosisContext context, CancellationToken cancellation)
    {
        Uri api = context.DeviceApi();
        using var client = new RegistrationClient(anchor: context.Options.Anchor);
        long start = Stopwatch.GetTimestamp();
        await client.PingAsync(api, cancellation).ConfigureAwait(false);
        return CheckFinding.Passed(string.Create(CultureInfo.InvariantCulture, $"{api} answers within {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
    }
}
