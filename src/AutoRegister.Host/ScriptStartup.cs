using System.Reflection;

namespace AutoRegister.Host;

/// <summary>
/// What <c>DOTNET_STARTUP_HOOKS</c> is for a process, this is for one script: beside <c>x.ps1</c> a file <c>x.startup</c> may name an
/// assembly, by a path that begins at the file's own folder. Its class <c>StartupHook</c> (no namespace) has a method
/// <c>static void Initialize()</c>, which is called on another thread while the engine starts.
/// </summary>
internal static class ScriptStartup
{
    private const string Extension = ".startup";
    private const string HookType = "StartupHook";
    private const string HookMethod = "Initialize";

    /// <summary>Begins what the script asks for, if it asks for anything.</summary>
    /// <param name="commandLine">What is going to be run.</param>
    public static void Begin(CommandLine commandLine)
    {
        if (commandLine.Mode != RunMode.File)
        {
            return;
        }

        var file = Path.ChangeExtension(commandLine.ScriptPath, Extension);
        if (File.Exists(file))
        {
            new Thread(() => Run(file)) { IsBackground = true, Name = "startup" }.Start();
        }
    }

    private static void Run(string file)
    {
        try
        {
            var path = Path.Combine(Path.GetDirectoryName(file)!, File.ReadAllText(file).Trim());
            var hook = Assembly.LoadFrom(Path.GetFullPath(path)).GetType(HookType, throwOnError: true)!;
            hook.GetMethod(HookMethod, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, Type.EmptyTypes)!.Invoke(null, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A script that is not warmed up is slower, and nothing else: it must run all the same.
        }
    }
}
