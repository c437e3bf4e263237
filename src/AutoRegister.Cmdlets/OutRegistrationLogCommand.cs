using System.Management.Automation;
using AutoRegister.Core.Errors;

namespace AutoRegister.Cmdlets;

/// <summary>
/// Prints what a registration says as lines of a unit's log, and hands on the exit code that tells systemd whether to try again. It takes
/// the merged streams of the pipeline; compiled, because what a script does for the first time costs a device tens of milliseconds.
/// </summary>
[Cmdlet(VerbsData.Out, "RegistrationLog")]
[OutputType(typeof(int))]
public sealed class OutRegistrationLogCommand : PSCmdlet
{
    private readonly UnitLog log = UnitLog.FromEnvironment();
    private int exitCode;

    /// <summary>A verbose, warning or error record, or what <c>Export-SotaCredentials</c> hands on.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (InputObject?.BaseObject)
        {
            case VerboseRecord step:
                log.WriteStep(step.Message);
                log.SetStatus(step.Message);
                break;
            case WarningRecord warning:
                log.WriteWarning(warning.Message);
                log.SetStatus(warning.Message);
                break;
            case ErrorRecord problem:
                Write(problem);
                break;
            case ExportedCredentials credentials:
                Write(credentials);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(exitCode);

    private void Write(ExportedCredentials credentials)
    {
        string result = credentials.AlreadyRegistered
            ? $"Already registered: {credentials.Name} in factory {credentials.Factory}"
            : $"Registered: {credentials.Name} in factory {credentials.Factory}, certificate {credentials.CertificateSerialNumber}";
        log.WriteStep(result);
        log.SetStatus(result);
    }

    private void Write(ErrorRecord problem)
    {
        string text = problem.ErrorDetails is { RecommendedAction.Length: > 0 } details
            ? $"{problem.Exception.Message} {details.RecommendedAction}"
            : problem.Exception.Message;
        if (problem.Exception is AutoRegisterException { Id: ErrorId.OtaClientStartFailed or ErrorId.ApiTokenNotRemoved })
        {
            // The device is registered all the same.
            log.WriteWarning(text);
            return;
        }

        text = $"{text} [{problem.FullyQualifiedErrorId.Split(',')[0]}]";
        log.WriteError(text);
        log.SetStatus($"error: {text}");
        exitCode = ExitCodeOf(problem.Exception);
    }

    // sysexits.h: EX_TEMPFAIL, EX_NOPERM, EX_CONFIG, EX_SOFTWARE.
#pragma warning disable CS8524 // Numbers that are no sort: none are made.
    private static int ExitCodeOf(Exception exception) => (exception as AutoRegisterException)?.Sort switch
    {
        FailureSort.TryAgain => 75,
        FailureSort.Refused => 77,
        FailureSort.Configuration => 78,
        FailureSort.NeedsPerson or null => 70,
    };
#pragma warning restore CS8524
}
