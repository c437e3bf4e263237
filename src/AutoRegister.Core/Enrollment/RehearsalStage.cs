using AutoRegister.Core.Configuration;
using AutoRegister.Core.Files;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// The root of a device that is nobody, in memory where the system has a file system there. It goes when the rehearsal ends, or with the
/// process when that ends first; what a killed process left goes with the next one.
/// </summary>
internal sealed class RehearsalStage : IDisposable
{
    /// <summary>The endpoint of the device's registration; nobody listens there.</summary>
    internal static readonly Uri Api = new("https://localhost/");

    // A file system in memory on every Linux: POSIX shared memory lives there (shm_overview(7)).
    private const string Memory = "/dev/shm";
    private const string Prefix = "autoregister-rehearsal-";
    private static readonly TimeSpan LongestRehearsal = TimeSpan.FromMinutes(10);
    private readonly string root;

    private RehearsalStage(string root)
    {
        this.root = root;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>What the device is told to be.</summary>
    internal SotaConfigOptions Options => new() { Root = root, NoHsm = true, DeviceApi = Api.ToString() };

    /// <summary>Makes a stage that only this user can see.</summary>
    /// <returns>The stage; disposing removes it.</returns>
    internal static RehearsalStage Make() => Make(Directory.Exists(Memory) ? Memory : Path.GetTempPath());

    /// <summary>Makes a stage in a directory.</summary>
    /// <param name="place">The directory.</param>
    /// <returns>The stage; disposing removes it.</returns>
    internal static RehearsalStage Make(string place)
    {
        foreach (string left in Directory.GetDirectories(place, Prefix + "*"))
        {
            if (Directory.GetLastWriteTimeUtc(left) < DateTime.UtcNow - LongestRehearsal)
            {
                TryDelete(left);
            }
        }

        var stage = new RehearsalStage(Path.Join(place, $"{Prefix}{Guid.NewGuid():N}"));
        Directory.CreateDirectory(stage.root, AtomicFile.OwnerOnlyDirectory);
        Directory.CreateDirectory(Path.Join(stage.root, "etc/sota"));
        stage.Write("etc/os-release", "LMP_FACTORY=\"rehearsal\"\nLMP_FACTORY_TAG=\"main\"\nLMP_MACHINE=\"stage\"\n");
        stage.Write("etc/sota/tag", "main\n");
        stage.Write("etc/lmp-device-register-token", "nobody\n");
        return stage;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        TryDelete(root);
    }

    private static void TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or the rehearsal is writing this very moment: there is a next time.
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => TryDelete(root);

    private void Write(string name, string text) => File.WriteAllText(Path.Join(root, name), text);
}
