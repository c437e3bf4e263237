using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Commands;
using Microsoft.Data.Sqlite;

try
{
    if (args.Contains("--help") || args.Contains("-h"))
    {
        Console.WriteLine(Help.Text);
        return (int)ExitCode.Success;
    }

    return args is ["list", .. var rest]
        ? (int)ListCommand.Run(rest)
        : (int)await ServeCommand.RunAsync(FactoryOptions.Parse(args));
}
catch (ExitException e)
{
    return Fail(e.Code, e.Message);
}
catch (AutoRegisterException e)
{
    // Of Core the factory has its files: what could not be made durable, or was not ours.
    return Fail(ExitCode.OperatingSystem, e.Message);
}
catch (CryptographicException e)
{
    return Fail(ExitCode.Configuration, $"a key or certificate of the factory can't be read: {e.Message}");
}
catch (SqliteException e)
{
    return Fail(ExitCode.OperatingSystem, $"the ledger can't be used: {e.Message}");
}
catch (IOException e)
{
    return Fail(ExitCode.OperatingSystem, e.Message);
}
catch (UnauthorizedAccessException e)
{
    return Fail(ExitCode.OperatingSystem, e.Message);
}

static int Fail(ExitCode code, string message)
{
    Console.Error.WriteLine($"lmp-factory: {message}");
    return (int)code;
}
