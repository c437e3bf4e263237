namespace CrashRig.Sweep;

/// <summary>A device that was never registered: a root directory with the input files, and a SoftHSM2 without tokens.</summary>
internal sealed class Device : IDisposable
{
    internal const string Pin = "87654321";
    private const string SoPin = "12345678";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string root;

    /// <summary>Makes the device's files.</summary>
    internal Device(string root, string token, string module)
    {
        this.root = root;
        Directory.CreateDirectory(Path.Join(root, "etc", "sota"));
        Directory.CreateDirectory(Tokens);
        Write("etc/lmp-device-register-token", token + "\n", OwnerOnly);
        Write("etc/sota/tag", "main\n");
        Write("etc/hostname", "gateway-7\n");
        Write("etc/os-release", "ID=lmp\nLMP_MACHINE=\"intel-corei7-64\"\nLMP_FACTORY=\"acme\"\nLMP_FACTORY_TAG=\"main\"\n");
        Write("softhsm2.conf", $"directories.tokendir = {Tokens}\nlog.level = ERROR\n");
        if (module.Length > 0)
        {
            Write("etc/sota/hsm", $"HSM_MODULE={module}\nHSM_PIN={Pin}\nHSM_SOPIN={SoPin}\n", OwnerOnly);
        }
    }

    internal string Root => root;

    internal string Sota => Path.Join(root, "var", "sota");

    internal string Tokens => Path.Join(root, "var", "lib", "softhsm", "tokens");

    /// <summary>What the wrapper finds in its environment.</summary>
    internal Dictionary<string, string> Environment(LocalFactory factory) => new()
    {
        ["DEVICE_API"] = factory.Api,
        ["SSL_CERT_FILE"] = factory.CaFile,
        ["SOFTHSM2_CONF"] = Path.Join(root, "softhsm2.conf"),
    };

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Write(string name, string text, UnixFileMode? mode = null)
    {
        string path = Path.Join(root, name);
        File.WriteAllText(path, text);
        if (mode is UnixFileMode set)
        {
            File.SetUnixFileMode(path, set);
        }
    }
}
