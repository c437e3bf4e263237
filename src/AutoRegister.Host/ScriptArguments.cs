using System.Management.Automation.Runspaces;

namespace AutoRegister.Host;

/// <summary>Turns the words after <c>-File script</c> into parameters, by pwsh's rules: values stay strings.</summary>
internal static class ScriptArguments
{
    /// <summary>One parameter for each word, or for a pair of words where the first ends in a colon.</summary>
    public static IEnumerable<CommandParameter> Bind(IReadOnlyList<string> arguments)
    {
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            var colon = IsName(argument) ? argument.IndexOf(':', StringComparison.Ordinal) : -1;
            if (colon < 0)
            {
                // A bare -Name may be a switch, or take the next word: the binder knows the script's parameters, we do not.
                yield return IsName(argument) ? new CommandParameter(argument) : new CommandParameter(null, argument);
            }
            else if (colon < argument.Length - 1)
            {
                yield return new CommandParameter(argument[..colon], BooleanOrText(argument[(colon + 1)..]));
            }
            else if (index + 1 < arguments.Count)
            {
                yield return new CommandParameter(argument.TrimEnd(':'), arguments[++index]);
            }
        }
    }

    private static bool IsName(string argument) => argument.Length > 1 && SwitchName.IsDash(argument[0]);

    // The one conversion there is: without it no one could say -Switch:$false from another shell.
    private static object BooleanOrText(string text) =>
        bool.TryParse(text.AsSpan(text[0] == '$' ? 1 : 0), out var value) ? value : text;
}
