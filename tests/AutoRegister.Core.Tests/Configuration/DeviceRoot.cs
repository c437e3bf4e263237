using System.Text;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>A device's files below a temporary directory: complete and right, until a test changes them.</summary>
public sealed class DeviceRoot : IDisposable
{
    public const string OsReleaseText = "ID=lmp-dk\nLMP_MACHINE=\"intel-corei7-64\"\nLMP_FACTORY=\"acme\"\nLMP_FACTORY_TAG=\"main\"\n";

    private readonly Dictionary<string, string> environment = [];

    public DeviceRoot()
    {
        Path = Directory.CreateTempSubdirectory("autoregister-config-").FullName;
        Write("/etc/lmp-device-register-token", "token-1\n");
        Write("/etc/sota/tag", "devel\n");
        Write("/etc/os-release", OsReleaseText);
        Write("/etc/hostname", "gate-7\n");
        Write("/usr/lib/module.so", string.Empty);
    }

    public string Path { get; }

    /// <summary>A file that exists on this machine and so passes for a module.</summary>
    public string Module => Below("/usr/lib/module.so");

    internal RecordingObserver Observer { get; } = new();

    public string Below(string devicePath) => DevicePath.Below(Path, devicePath);

    public DeviceRoot Write(string devicePath, string text) => Write(devicePath, Encoding.UTF8.GetBytes(text));

    public DeviceRoot Write(string devicePath, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Below(devicePath))!);
        File.WriteAllBytes(Below(devicePath), content);
        if (devicePath is "/etc/lmp-device-register-token" or "/etc/sota/hsm")
        {
            File.SetUnixFileMode(Below(devicePath), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return this;
    }

    public DeviceRoot WriteHsm(string? pin = "87654321", string pinName = "HSM_PIN") =>
        Write("/etc/sota/hsm", $"HSM_MODULE={Module}\n{pinName}={pin}\nHSM_SOPIN=12345678\n");

    public DeviceRoot Remove(string devicePath)
    {
        File.Delete(Below(devicePath));
        return this;
    }

    public DeviceRoot Link(string devicePath, string target)
    {
        Remove(devicePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Below(devicePath))!);
        File.CreateSymbolicLink(Below(devicePath), target);
        return this;
    }

    public DeviceRoot Set(string variable, string value)
    {
        environment[variable] = value;
        return this;
    }

    public DeviceRoot Credential(string name, string text) =>
        Write("/run/credentials/" + name, text).Set("CREDENTIALS_DIRECTORY", Below("/run/credentials"));

    public SotaConfig Read(SotaConfigOptions? options = null) =>
        new SotaConfigReader((options ?? new()) with { Root = Path }, environment.GetValueOrDefault, Observer).Read();

    public AutoRegisterException Fail(ErrorId id, SotaConfigOptions? options = null)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Read(options));
        Assert.True(id == error.Id, $"Expected {id}, got {error.Id}: {error.Message}");
        Assert.Equal(FailureSort.Configuration, error.Sort);
        Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
