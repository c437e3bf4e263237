using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>A SoftHSM2 of its own in a temporary directory, with one blank token.</summary>
internal sealed class SoftHsm : IDisposable
{
    public const string PinText = "87654321";
    public const string SoPinText = "12345678";

    private readonly string directory = Directory.CreateTempSubdirectory("softhsm-").FullName;

    public SoftHsm()
    {
        Directory.CreateDirectory(Path.Combine(directory, "tokens"));
        string configuration = Path.Combine(directory, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        NativeEnvironment.Set("SOFTHSM2_CONF", configuration);
        Pin = Secret(PinText);
        SoPin = Secret(SoPinText);
    }

    /// <summary>Debian's place per architecture, then the one without.</summary>
    public static string ModulePath { get; } = Directory.EnumerateDirectories("/usr/lib")
        .Append("/usr/lib").Select(d => Path.Combine(d, "softhsm/libsofthsm2.so")).First(File.Exists);

    /// <summary>OpenSC's spy beside it: records every call and passes it on.</summary>
    public static string SpyPath { get; } = Directory.EnumerateDirectories("/usr/lib")
        .Append("/usr/lib").SelectMany(d => new[] { Path.Combine(d, "pkcs11-spy.so"), Path.Combine(d, "pkcs11/pkcs11-spy.so") }).First(File.Exists);

    public RecordingObserver Observer { get; } = new();

    public Secret Pin { get; }

    public Secret SoPin { get; }

    public HsmSettings Settings => new() { ModulePath = ModulePath, Pin = Pin, SoPin = SoPin };

    public static Secret Secret(string text) => Core.Base.Secret.FromUtf8(Encoding.UTF8.GetBytes(text));

    public TokenSession Open(bool mayInitialize = true) => TokenSession.Open(Settings, mayInitialize, Observer);

    /// <summary>Initialises a token with SoftHSM's own tool.</summary>
    public static void InitializeToken(string label) =>
        Tool.Run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PinText, "--so-pin", SoPinText);

    /// <summary>Adds a token in SoftHSM's own file format.</summary>
    /// <returns>Its directory.</returns>
    public string AddTokenFile(byte[] content)
    {
        string token = Directory.CreateDirectory(Path.Combine(directory, "tokens", Guid.NewGuid().ToString())).FullName;
        File.WriteAllBytes(Path.Combine(token, "token.object"), content);
        File.WriteAllBytes(Path.Combine(token, "token.lock"), []);
        File.WriteAllBytes(Path.Combine(token, "generation"), []);
        return token;
    }

    /// <summary>The files that say what each token is.</summary>
    public IEnumerable<string> TokenFiles() => Directory.EnumerateFiles(Path.Combine(directory, "tokens"), "token.object", SearchOption.AllDirectories);

    /// <summary>The files of all keys and certificates.</summary>
    public IReadOnlyList<string> ObjectFiles() =>
        [.. Directory.EnumerateFiles(directory, "*.object", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "token.object")];

    /// <summary>The class of an object in SoftHSM's own file format: a generation, then type, kind and value of each attribute.</summary>
    public static CKO ClassOf(string file)
    {
        // CKA_CLASS is 0, and 2 the kind of a number.
        byte[] content = File.ReadAllBytes(file);
        int place = content.AsSpan(8).IndexOf([.. TokenFile.Number(0), .. TokenFile.Number(2)]);
        return (CKO)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(content.AsSpan(8 + place + 16));
    }

    /// <summary>The directory of all tokens.</summary>
    public string TokensPath => Path.Combine(directory, "tokens");

    /// <summary>Runs OpenSC's pkcs11-tool on the token, logged in as the user.</summary>
    public static string Pkcs11Tool(params string[] arguments) =>
        Tool.Run("pkcs11-tool", ["--module", ModulePath, "--token-label", "aktualizr", "--login", "--pin", PinText, .. arguments]);

    public void Dispose()
    {
        Pin.Dispose();
        SoPin.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
