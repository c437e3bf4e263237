using System.CommandLine;
using AutoRegister.Factory.Base;

namespace AutoRegister.Factory.Commands;

/// <summary>Shorthands of the commands.</summary>
internal static class CommandExtensions
{
    /// <summary>The person at this machine, as the audit names them.</summary>
    public static string Operator { get; } = $"operator {Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName}";

    /// <summary>What the command does.</summary>
    public static Command Does(this Command command, Func<ParseResult, ExitCode> action)
    {
        command.SetAction(parsed => (int)action(parsed));
        return command;
    }

    /// <summary>Adds an option to a command and returns it.</summary>
    public static Option<T> AddOption<T>(this Command command, string name, string helpName, string description)
    {
        var option = new Option<T>(name) { HelpName = helpName, Description = description };
        command.Options.Add(option);
        return option;
    }

    /// <summary>Adds an argument to a command and returns it.</summary>
    public static Argument<string> AddArgument(this Command command, string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        command.Arguments.Add(argument);
        return argument;
    }
}
