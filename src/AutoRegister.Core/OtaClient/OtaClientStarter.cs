using System.ComponentModel;
using System.Diagnostics;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;

namespace AutoRegister.Core.OtaClient;

/// <summary>Starts the OTA client's unit with systemctl, no shell in between. Nothing of a registration depends on it.</summary>
public sealed class OtaClientStarter(string service, IRegistrationObserver observer)
{
    // systemd.unit(5): what a unit's name may consist of.
    private const string UnitPunctuation = ":-_.\\@";

    /// <summary>Checks the name of a unit; a name that begins with a dash would be an option.</summary>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.SettingInvalid"/>.</exception>
    public static void RequireName(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (service.Length is 0 or > 255 || service[0] == '-' || !service.All(c => char.IsAsciiLetterOrDigit(c) || UnitPunctuation.Contains(c)))
        {
            throw new AutoRegisterException(
                ErrorId.SettingInvalid, $"'{Printable.Text(service)}' is no name of a systemd unit.", "Give the name of the OTA client's unit.", service);
        }
    }

    /// <summary>Starts the unit.</summary>
    /// <param name="cancellation">Ends the wait for systemctl.</param>
    /// <returns>Whether it was started or is queued.</returns>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.OtaClientStartFailed"/>, with systemctl's words.</exception>
    public async Task<OtaClientState> StartAsync(CancellationToken cancellation)
    {
        RequireName(service);

        // Inside a unit, waiting for another one deadlocks when that is ordered after ours; the job alone is enough there.
        bool queue = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INVOCATION_ID"));
        observer.ReportStep($"Starting {service} daemon");
        var start = new ProcessStartInfo("systemctl") { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        string[] arguments = queue ? ["start", "--no-block", "--", service] : ["start", "--", service];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment.Remove("CREDENTIALS_DIRECTORY");
        (int code, string words) = await RunAsync(start, cancellation).ConfigureAwait(false);
        if (code != 0)
        {
            throw Failed(words.Length > 0 ? words : $"systemctl ended with {code}", null);
        }

        return queue ? OtaClientState.Queued : OtaClientState.Started;
    }

    private async Task<(int Code, string Words)> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            string words = await process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return (process.ExitCode, Printable.Text(words.Trim()));
        }
        catch (Win32Exception e)
        {
            throw Failed(e.Message, e);
        }
    }

    private AutoRegisterException Failed(string words, Exception? cause) => new(
        ErrorId.OtaClientStartFailed,
        $"The device is registered, but {service} could not be started: {words.TrimEnd('.')}.",
        $"Start it (systemctl start {service}) or reboot.",
        service,
        cause);
}
