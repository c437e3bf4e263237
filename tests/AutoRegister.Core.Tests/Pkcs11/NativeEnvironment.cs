using System.Runtime.InteropServices;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Sets variables where native code looks: .NET keeps a copy of the environment that getenv(3) does not see.</summary>
internal static class NativeEnvironment
{
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (SetEnv(name, value, 1) != 0)
        {
            throw new InvalidOperationException($"setenv {name} failed");
        }
    }

    /// <summary>A variable as native code sees it; <see langword="null"/> where it is not set.</summary>
    public static string? Read(string name) => Marshal.PtrToStringUTF8(Get(name));

    /// <summary>A variable as native code sees it; zero where it is not set.</summary>
    [DllImport("libc", EntryPoint = "getenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Get(string name);

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnv(string name, string value, int overwrite);
}
