using AutoRegister.Core.Base;
using AutoRegister.Core.Diagnosis.Checks;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Diagnosis;

/// <summary>
/// Looks at a device, before or after its registration, and says what is wrong and what to do about it. Changes nothing: no
/// file is written, no token is initialised. The user PIN is used once, only when the gateway is asked and the token says
/// that nothing is wrong with its PIN.
/// </summary>
public sealed class Doctor : IDisposable
{
    // The numbers are part of what people write down: add at the end.
    private static readonly DiagnosisCheck[] Checks =
    [
        new ConfigurationCheck(),
        new PermissionCheck(),
        new ApiTokenCheck(),
        new RegistrationCheck(),
        new ClockCheck(),
        new ProxyCheck(),
        new NameCheck(),
        new TlsCheck(),
        new ServerCheck(),
        new HsmSettingsCheck(),
        new ModuleCheck(),
        new TokenCheck(),
        new PinCheck(),
        new KeyPairCheck(),
        new SotaTomlCheck(),
        new OtaClientCheck(),
        new GatewayCheck(),
    ];

    private readonly DiagnosisContext context;

    /// <summary>Prepares the checks; nothing is looked at yet.</summary>
    public Doctor(DiagnosisOptions options, IRegistrationObserver observer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(observer);
        context = new DiagnosisContext(options, observer);
    }

    /// <summary>How many checks there are.</summary>
    public static int Count => Checks.Length;

    /// <summary>Does one check.</summary>
    /// <param name="number">Its number, from 1 to <see cref="Count"/>.</param>
    public async Task<CheckResult> RunAsync(int number, CancellationToken cancellation)
    {
        DiagnosisCheck check = Checks[number - 1];
        CheckFinding finding = await RunAsync(check, cancellation).ConfigureAwait(false);
        return new CheckResult(number, check.Name, finding.Status, Printable.Line(finding.Seen), Printable.Line(finding.Remedy));
    }

    /// <inheritdoc/>
    public void Dispose() => context.Dispose();

    private async Task<CheckFinding> RunAsync(DiagnosisCheck check, CancellationToken cancellation)
    {
        if (check.NeedsNetwork && !context.Options.Online)
        {
            return CheckFinding.Skipped("This needs the network.", "Use -Online.");
        }

        try
        {
            return await check.RunAsync(context, cancellation).ConfigureAwait(false);
        }
        catch (AutoRegisterException e)
        {
            return CheckFinding.From(e);
        }
    }
}
