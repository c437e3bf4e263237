using System.Diagnostics;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>The lmp-factory that was built next to these tests.</summary>
public static class FactoryCommand
{
    /// <summary>Runs lmp-factory to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        using Process process = Process.Start(For(args))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    /// <summary>How it is started: by the dotnet that runs the tests, output redirected.</summary>
    public static ProcessStartInfo For(params string[] args)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "lmp-factory.dll"));
        Array.ForEach(args, start.ArgumentList.Add);
        return start;
    }
}
