using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>A software TPM with tpm2-pkcs11 on it and a device CA's key in it; it can be switched off and on.</summary>
internal sealed class SoftTpm : IDisposable
{
    private const string SoPin = "12345678";
    private readonly string directory = Directory.CreateTempSubdirectory("softtpm-").FullName;
    private readonly int port = FreePort();
    private Process process;

    public SoftTpm()
    {
        Directory.CreateDirectory(Path.Combine(directory, "tpm"));
        Directory.CreateDirectory(Path.Combine(directory, "store"));
        Environment.SetEnvironmentVariable("TPM2_PKCS11_STORE", Path.Combine(directory, "store"));
        Environment.SetEnvironmentVariable("TPM2_PKCS11_TCTI", string.Create(CultureInfo.InvariantCulture, $"swtpm:host=127.0.0.1,port={port}"));
        Environment.SetEnvironmentVariable("TSS2_LOG", "all+NONE");
        process = Start();
        PkcsTool("--slot-index", "0", "--init-token", "--label", "factory", "--so-pin", SoPin);
        PkcsTool("--token-label", "factory", "--login", "--login-type", "so", "--so-pin", SoPin, "--init-pin", "--new-pin", Pin);
        PkcsTool("--token-label", "factory", "--login", "--pin", Pin, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "device-ca", "--id", "01");
        File.WriteAllText(PinPath, Pin + "\n");
        File.SetUnixFileMode(PinPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>The user PIN.</summary>
    public const string Pin = "87654321";

    /// <summary>The module; null where it is not installed.</summary>
    public static string? ModulePath { get; } = Directory.EnumerateDirectories("/usr/lib")
        .Select(d => Path.Combine(d, "pkcs11/libtpm2_pkcs11.so")).FirstOrDefault(File.Exists);

    /// <summary>The file with the PIN.</summary>
    public string PinPath => Path.Combine(directory, "pin");

    /// <summary>The key, as a configuration names it.</summary>
    public string Uri => $"pkcs11:token=factory;object=device-ca?module-path={ModulePath}&pin-source=file:{PinPath}";

    /// <summary>Switches it off: its connections end.</summary>
    public void Stop()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Switches it on again, with what it had in its permanent memory.</summary>
    public void Restart() => process = Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        Directory.Delete(directory, recursive: true);
    }

    private static void PkcsTool(params string[] arguments) => Tool.Run("pkcs11-tool", ["--module", ModulePath!, .. arguments]);

    // The TCTI expects the control channel one port above the other.
    private static int FreePort()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            int port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another pair.
            }
        }
    }

    private Process Start()
    {
        var started = Process.Start("swtpm", [
            "socket", "--tpm2", "--tpmstate", $"dir={directory}/tpm",
            "--server", string.Create(CultureInfo.InvariantCulture, $"type=tcp,port={port},bindaddr=127.0.0.1"),
            "--ctrl", string.Create(CultureInfo.InvariantCulture, $"type=tcp,port={port + 1},bindaddr=127.0.0.1"),
            "--flags", "not-need-init,startup-clear"]);
        var waited = Stopwatch.StartNew();
        while (!Answers())
        {
            if (started.HasExited || waited.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException("swtpm did not start");
            }

            Thread.Sleep(50);
        }

        return started;
    }

    // The control channel takes connections one after the other; the other one would be used up by looking.
    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port + 1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A test that needs a software TPM with its PKCS#11 module; a named skip where the machine lacks them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SoftTpmFactAttribute : FactAttribute
{
    public SoftTpmFactAttribute()
    {
        if (SoftTpm.ModulePath is null || !File.Exists("/usr/bin/swtpm") || !File.Exists("/usr/bin/pkcs11-tool"))
        {
            Skip = "swtpm, tpm2-pkcs11 or pkcs11-tool is not installed (Debian: swtpm, libtpm2-pkcs11-1, opensc).";
        }
    }
}
