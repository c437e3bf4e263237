using System.Text.RegularExpressions;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// What OpenSC's spy recorded since this object was made. The spy reads its variables once per process, so all logs are one file.
/// </summary>
internal sealed partial class SpyLog
{
    private static readonly string File = CreateFile();

    private readonly long start = new FileInfo(File).Length;

    /// <summary>The settings, with the spy between us and the module.</summary>
    public static HsmSettings Through(HsmSettings settings) => settings with { ModulePath = SoftHsm.SpyPath };

    /// <summary>The functions called, in order.</summary>
    public IReadOnlyList<string> Calls() => [.. CallLine().Matches(Text()).Select(m => m.Groups[1].Value)];

    /// <summary>Sessions that were refused, and so have no end: a blank token's.</summary>
    public int FailedOpens => Text().Split("CKR_TOKEN_NOT_RECOGNIZED").Length - 1;

    /// <summary>Everything recorded.</summary>
    public string Text()
    {
        using FileStream stream = System.IO.File.Open(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = start;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string CreateFile()
    {
        string file = Path.GetTempFileName();
        NativeEnvironment.Set("PKCS11SPY", SoftHsm.ModulePath);
        NativeEnvironment.Set("PKCS11SPY_OUTPUT", file);
        return file;
    }

    [GeneratedRegex(@"^\d+: (C_\w+)", RegexOptions.Multiline)]
    private static partial Regex CallLine();
}
