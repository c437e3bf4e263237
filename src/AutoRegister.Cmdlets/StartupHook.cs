using System.Reflection;
using AutoRegister.Cmdlets;
using AutoRegister.Core.Enrollment;

/// <summary>
/// Uses what a first registration needs once, on another core, while PowerShell starts. <c>lmp-pwsh</c> calls it for the script of first
/// boot, whose file <c>.startup</c> names this assembly; pwsh does where <c>DOTNET_STARTUP_HOOKS</c> names it. The contract is .NET's:
/// a class of this name without a namespace, with this method.
/// </summary>
internal static class StartupHook
{
    /// <summary>Whether this process registers its device and ends.</summary>
    internal static bool HasBegun { get; private set; }

    /// <summary>Begins on another thread, and returns.</summary>
    public static void Initialize()
    {
        HasBegun = true;
        // .NET loads a hook without its neighbours; loaded this way, they are found. Nothing that needs them comes before.
        _ = Assembly.LoadFrom(typeof(StartupHook).Assembly.Location);
        new Thread(Run) { IsBackground = true, Name = "warm-up" }.Start();
    }

    private static void Run()
    {
        try
        {
            Type[] pipeline =
                [typeof(GetSotaConfigCommand), typeof(NewHsmDeviceKeyCommand), typeof(RegisterFoundriesDeviceCommand), typeof(ExportSotaCredentialsCommand)];
            Array.ForEach(pipeline, Describe);
            Rehearsal.RunAlone();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What is not warmed up is slower, and fails again where somebody hears of it.
        }
    }

    // What the engine asks of a cmdlet's type before its first use.
    private static void Describe(Type cmdlet)
    {
        _ = cmdlet.GetCustomAttributes(inherit: true);
        foreach (PropertyInfo property in cmdlet.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            _ = property.GetCustomAttributes(inherit: false);
        }
    }
}
