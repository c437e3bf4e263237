using AutoRegister.Core.Base;

namespace AutoRegister.Core.Tests.Api.OAuth;

/// <summary>A person who does something when a device asks.</summary>
internal sealed class PersonObserver(Func<AuthorizationPrompt, Task> decide) : IRegistrationObserver
{
    public List<AuthorizationPrompt> Prompts { get; } = [];

    public List<string> Details { get; } = [];

    public CancellationToken Cancellation => CancellationToken.None;

    public void ReportStep(string message)
    {
    }

    public void ReportDetail(string message) => Details.Add(message);

    public void ReportWarning(string message)
    {
    }

    public void ReportPersonNeeded(AuthorizationPrompt prompt)
    {
        Prompts.Add(prompt);
        decide(prompt).GetAwaiter().GetResult();
    }
}
