namespace AutoRegister.Core.Base;

/// <summary>
/// The one way words leave Core. Cmdlets turn it into verbose, warning and debug streams, the wrapper into journal lines.
/// No message ever contains a secret. Implementations may be called from any thread.
/// </summary>
public interface IRegistrationObserver
{
    /// <summary>
    /// Is cancelled when nobody waits any more for what is being done. Without a default: whoever hands words on and forgets this one would
    /// keep Ctrl-C from a call into a module that hangs.
    /// </summary>
    CancellationToken Cancellation { get; }

    /// <summary>One step of the story, past or present tense, one line.</summary>
    /// <param name="message">What is being done or was done.</param>
    void ReportStep(string message);

    /// <summary>A detail that only someone who looks for a cause wants.</summary>
    /// <param name="message">The detail, one line.</param>
    void ReportDetail(string message);

    /// <summary>Something the user should change, although the work goes on.</summary>
    /// <param name="message">What, where and what to do.</param>
    void ReportWarning(string message);

    /// <summary>Returns when all that was reported is written, where it can be waited for: what comes next may end the process.</summary>
    void Flush()
    {
    }

    /// <summary>The device waits for a person to authorise it: show what to do.</summary>
    /// <param name="prompt">Link, code and QR code.</param>
    void ReportPersonNeeded(AuthorizationPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ReportWarning($"Authorise the device at {prompt.Link} with the code {prompt.UserCode}");
    }

    /// <summary>The work waits, for a server, a clock or a person: something to look at for whoever sits there.</summary>
    /// <param name="what">What it waits for, a few words.</param>
    /// <param name="status">What comes next and when, then why; one line.</param>
    /// <param name="left">How long it waits at most.</param>
    void ReportWaiting(string what, string status, TimeSpan left)
    {
    }

    /// <summary>It waits no longer.</summary>
    void ReportWaitEnded()
    {
    }
}
