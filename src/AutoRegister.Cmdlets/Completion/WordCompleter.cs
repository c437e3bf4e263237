using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace AutoRegister.Cmdlets;

/// <summary>Completes a parameter with words that begin with what was typed, quoted where PowerShell wants it.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return Words(typed, fakeBoundParameters)
            .Where(word => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(word => new CompletionResult(Quote(word), word, CompletionResultType.ParameterValue, word));
    }

    /// <summary>What could be meant. Never fails: a completion that cannot be made is none.</summary>
    /// <param name="typed">What was typed, without quotes.</param>
    protected abstract IEnumerable<string> Words(string typed, IDictionary bound);

    /// <summary>Another parameter's value.</summary>
    /// <returns>The value; <see langword="null"/> when it was not given.</returns>
    protected static string? Given(IDictionary bound, string name)
    {
        ArgumentNullException.ThrowIfNull(bound);
        return bound[name] is string { Length: > 0 } text ? text : null;
    }

    /// <summary>The directory device paths are below.</summary>
    protected static string Root(IDictionary bound) => Given(bound, "Root") ?? Config(bound)?.Root ?? "/";

    /// <summary>The PKCS#11 module: a parameter's, or that of a configuration in a variable.</summary>
    /// <returns>The module; <see langword="null"/> when none is named.</returns>
    protected static string? Module(IDictionary bound) => Given(bound, "HsmModule") ?? Given(bound, "ModulePath") ?? Config(bound)?.Hsm?.ModulePath;

    /// <summary>The token's label: a parameter's, or that of a configuration in a variable.</summary>
    /// <returns>The label; <see langword="null"/> when none is named.</returns>
    protected static string? Token(IDictionary bound) => Given(bound, "TokenLabel") ?? Config(bound)?.Hsm?.TokenLabel;

    private static SotaConfig? Config(IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(bound);
        object? value = bound["Config"] ?? bound["BaseConfig"];
        return (value is PSObject wrapped ? wrapped.BaseObject : value) as SotaConfig;
    }

    private static string Quote(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':') ? word : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'";
}
