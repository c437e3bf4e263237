using System.Data.Common;
using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Commands;

try
{
    return await FactoryCommandLine.RunAsync(args);
}
catch (ExitException e)
{
    return Fail(e.Code, e.Code == ExitCode.Usage ? $"{e.Message} (see lmp-factory --help)" : e.Message);
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
catch (DbException e)
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
