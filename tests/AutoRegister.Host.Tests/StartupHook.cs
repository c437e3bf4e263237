/// <summary>What a file <c>.startup</c> that names this assembly has called: it leaves word in the file that the environment names.</summary>
internal static class StartupHook
{
    internal const string Variable = "HOST_TESTS_STARTUP_WORD";

    public static void Initialize() => File.WriteAllText(Environment.GetEnvironmentVariable(Variable)!, "called");
}
