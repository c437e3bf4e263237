namespace AutoRegister.Factory.Base;

/// <summary>
/// Options as <c>--name value</c> or <c>--name=value</c>, each at most once. What is not taken by the time
/// <see cref="RefuseRest"/> is called was not understood.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Reads a command line; <paramref name="flags"/> are the options that take no value.</summary>
    public Arguments(IReadOnlyList<string> args, params string[] flags)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            if (flags.Contains(name))
            {
                value = value is null ? "" : throw Wrong($"{name} takes no value");
            }
            else if (value is null)
            {
                value = ++i < args.Count ? args[i] : throw Wrong($"{name} needs a value");
            }

            if (!values.TryAdd(name, value))
            {
                throw Wrong($"{name} is given twice");
            }
        }
    }

    /// <summary>The error that ends the program with <see cref="ExitCode.Usage"/>.</summary>
    public static ExitException Wrong(string message) => new(ExitCode.Usage, $"{message} (see lmp-factory --help)");

    /// <summary>Takes an option's value, or null when it was not given.</summary>
    public string? Take(string name) => values.Remove(name, out var value) ? value : null;

    /// <summary>Takes an option that must be given and must not be empty.</summary>
    public string TakeRequired(string name) =>
        Take(name) is { Length: > 0 } value ? value : throw Wrong($"{name} is missing");

    /// <summary>Takes a whole number within bounds.</summary>
    public int TakeNumber(string name, int otherwise, int least, int most)
    {
        if (Take(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, System.Globalization.NumberStyles.None, null, out var number)
            && number >= least && number <= most
            ? number
            : throw Wrong($"{name} must be a number from {least} to {most}, not '{text}'");
    }

    /// <summary>Complains about the first option nobody took.</summary>
    public void RefuseRest()
    {
        if (values.Count > 0)
        {
            throw Wrong($"unknown option {values.Keys.First()}");
        }
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            throw Wrong($"unexpected argument '{argument}'");
        }

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
