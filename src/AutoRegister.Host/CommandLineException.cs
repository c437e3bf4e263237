namespace AutoRegister.Host;

/// <summary>The command line cannot be understood. The message is one line, meant for the person who typed it.</summary>
internal sealed class CommandLineException(string message) : Exception(message);
