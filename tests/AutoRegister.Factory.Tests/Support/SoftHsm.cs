using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A SoftHSM2 of its own in a temporary directory, with one token that holds a device CA's key.</summary>
internal sealed class SoftHsm : IDisposable
{
    // What another program in this process loaded stays loaded: unloading it would finalise the module for us as well.
    private static readonly List<IPkcs11Library> Others = [];

    private readonly string directory = Directory.CreateTempSubdirectory("softhsm-").FullName;

    public SoftHsm()
    {
        Directory.CreateDirectory(Path.Combine(directory, "tokens"));
        string configuration = Path.Combine(directory, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", configuration);
        Tool.Run("softhsm2-util", "--init-token", "--free", "--label", "factory", "--pin", Pin, "--so-pin", "12345678");
        MakeKey("EC:prime256v1", "device-ca", "01");
        WritePin(Pin);
    }

    /// <summary>The user PIN.</summary>
    public const string Pin = "87654321";

    /// <summary>Debian's place per architecture, then the one without; null where it is not installed.</summary>
    public static string? ModulePath { get; } = Directory.EnumerateDirectories("/usr/lib")
        .Append("/usr/lib").Select(d => Path.Combine(d, "softhsm/libsofthsm2.so")).FirstOrDefault(File.Exists);

    /// <summary>The file with the PIN.</summary>
    public string PinPath => Path.Combine(directory, "pin");

    /// <summary>The key, as a configuration names it.</summary>
    public string Uri => $"pkcs11:token=factory;object=device-ca?module-path={ModulePath}&pin-source=file:{PinPath}";

    /// <summary>Makes a key pair in the token.</summary>
    public static void MakeKey(string type, string label, string id) => AsUser("--keypairgen", "--key-type", type, "--label", label, "--id", id);

    /// <summary>Puts another key in the place of the CA's.</summary>
    public static void ReplaceKey()
    {
        AsUser("--delete-object", "--type", "privkey", "--label", "device-ca");
        AsUser("--delete-object", "--type", "pubkey", "--label", "device-ca");
        MakeKey("EC:prime256v1", "device-ca", "01");
    }

    /// <summary>Writes the PIN's file.</summary>
    public void WritePin(string pin)
    {
        File.WriteAllText(PinPath, pin + "\n");
        File.SetUnixFileMode(PinPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>The public half, DER.</summary>
    public byte[] PublicKey()
    {
        string path = Path.Combine(directory, "public.der");
        Tool.Run("pkcs11-tool", "--module", ModulePath!, "--token-label", "factory", "--read-object", "--type", "pubkey", "--label", "device-ca", "--output-file", path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Sets another user PIN, as the security officer.</summary>
    public static void ChangePin(string pin) => Tool.Run(
        "pkcs11-tool", "--module", ModulePath!, "--token-label", "factory", "--login", "--login-type", "so", "--so-pin", "12345678", "--init-pin", "--new-pin", pin);

    /// <summary>Takes the token away, or puts it back.</summary>
    public void Move(bool away) => Directory.Move(
        Path.Combine(directory, away ? "tokens" : "away"), Path.Combine(directory, away ? "away" : "tokens"));

    /// <summary>An empty place for tokens, while the real one is away.</summary>
    public void Empty(bool make)
    {
        if (make)
        {
            Directory.CreateDirectory(Path.Combine(directory, "tokens"));
        }
        else
        {
            Directory.Delete(Path.Combine(directory, "tokens"), recursive: true);
        }
    }

    /// <summary>The slot of the token, as another program in the same process sees it.</summary>
    public static ISlot SlotOfAnother()
    {
        var factories = new Pkcs11InteropFactories();
        IPkcs11Library library = factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, ModulePath, AppType.MultiThreaded);
        Others.Add(library);
        return library.GetSlotList(SlotsType.WithTokenPresent).First(slot => slot.GetTokenInfo().Label.Trim() == "factory");
    }

    private static void AsUser(params string[] arguments) =>
        Tool.Run("pkcs11-tool", ["--module", ModulePath!, "--token-label", "factory", "--login", "--pin", Pin, .. arguments]);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(directory, recursive: true);
}

/// <summary>Tests that use SoftHSM2, one at a time: the initialised module belongs to the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoftHsmTests
{
    /// <summary>The collection's name.</summary>
    public const string Name = "SoftHSM2";
}

/// <summary>A test that needs SoftHSM2 and OpenSC; a named skip where the machine lacks them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SoftHsmFactAttribute : FactAttribute
{
    public SoftHsmFactAttribute()
    {
        if (SoftHsm.ModulePath is null || !File.Exists("/usr/bin/pkcs11-tool"))
        {
            Skip = "SoftHSM2 or pkcs11-tool is not installed (Debian: softhsm2, opensc).";
        }
    }
}
