using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace AutoRegister.Host;

/// <summary>Questions to a person at the terminal; an error when there is none.</summary>
internal sealed class ConsolePrompts(ConsoleOutput output, bool nonInteractive, CancellationToken stop)
{
    /// <summary>One line, as typed.</summary>
    public string ReadLine() => Read(static () => Console.In.ReadLine() ?? throw EndOfInput());

    /// <summary>One line nobody sees.</summary>
    public SecureString ReadSecret() => Read(() =>
    {
        var secret = new SecureString();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }

        output.WriteErrorLine("");
        secret.MakeReadOnly();
        return secret;
    });

    /// <summary>One of a few answers, by its hot key, its label or its number; an empty line takes the default.</summary>
    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Refuse();
        var answers = choices.Select(ChoiceAnswer.Of).ToList();
        Say(caption, message, string.Join("  ", answers));
        while (true)
        {
            output.WriteError(defaultChoice < 0 ? "? " : $"(default is \"{answers[defaultChoice].Key}\"): ");
            var typed = ReadLine().Trim();
            var found = typed.Length == 0 ? defaultChoice : answers.FindIndex(answer => answer.IsMeantBy(typed));
            if (found >= 0)
            {
                return found;
            }
        }
    }

    /// <summary>A user name, unless it is known, and a password.</summary>
    public PSCredential AskCredential(string caption, string message, string? userName)
    {
        Refuse();
        Say(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            output.WriteError("User: ");
            userName = ReadLine();
        }

        output.WriteError($"Password for user {userName}: ");
        return new PSCredential(userName, ReadSecret());
    }

    /// <summary>A value for each field: what the engine asks when mandatory parameters are missing.</summary>
    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        Refuse();
        Say(caption, message);
        return fields.ToDictionary(field => field.Name, AskField);
    }

    private PSObject AskField(FieldDescription field)
    {
        output.WriteError($"{field.Name}: ");
        return field.ParameterTypeFullName switch
        {
            var type when type == typeof(SecureString).FullName => PSObject.AsPSObject(ReadSecret()),
            var type when type == typeof(PSCredential).FullName => PSObject.AsPSObject(AskCredential("", "", null)),
            _ => PSObject.AsPSObject(ReadLine()),
        };
    }

    // Questions go to standard error: standard output may be on its way into a file.
    private void Say(params string?[] lines)
    {
        foreach (var line in lines.Where(line => !string.IsNullOrEmpty(line)))
        {
            output.WriteErrorLine(PSHostUserInterface.GetOutputString(line, output.ErrorTakesEscapes));
        }
    }

    // Reading cannot be interrupted, waiting for it can: Ctrl-C at a prompt stops the script like anywhere else.
    private T Read<T>(Func<T> read)
    {
        Refuse();
        var reading = Task.Run(read);
        try
        {
            reading.WaitAsync(stop).GetAwaiter().GetResult();
            return reading.Result;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private void Refuse()
    {
        if (nonInteractive || Console.IsInputRedirected)
        {
            throw new PSInvalidOperationException(nonInteractive
                ? "lmp-pwsh runs with -NonInteractive: nobody can be asked. Give the value as a parameter."
                : "Standard input is not a terminal: nobody can be asked. Give the value as a parameter.");
        }
    }

    private static PSInvalidOperationException EndOfInput() => new("The terminal closed before an answer was given.");
}
