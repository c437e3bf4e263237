using AutoRegister.Host;

try
{
    EngineOptOuts.Apply();
    var commandLine = CommandLineParser.Parse(args);
    var output = new ConsoleOutput();
    switch (commandLine.Mode)
    {
        case RunMode.Help:
            output.WriteLine(Usage.Text);
            return ExitCodes.Success;
        case RunMode.Version:
            output.WriteLine(EngineVersion.Text);
            return ExitCodes.Success;
        default:
            using (var signals = new SignalStop())
            {
                return ScriptRunner.Run(commandLine, output, signals);
            }
    }
}
catch (CommandLineException problem)
{
    new ConsoleOutput().WriteErrorLine($"lmp-pwsh: {problem.Message} (see lmp-pwsh -Help)");
    return ExitCodes.Usage;
}
