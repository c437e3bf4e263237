using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A device with a key file and without a factory, in a directory of its own.</summary>
internal sealed class UnregisteredDevice : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("flow-");

    internal RecordingObserver Observer { get; } = new();

    internal SotaConfig Config => new() { Root = root.FullName, Factory = "acme", Tags = ["main"], HardwareId = "board" };

    internal EnrollmentJournal Journal => new(Config.SotaPath);

    internal JournalEntry Entry => Journal.Read(Observer)!;

    internal DeviceKey MakeKey(SotaConfig config, KeyAlgorithm? algorithm = null) => MakeKey(config, new KeyChoice { Algorithm = algorithm });

    internal DeviceKey MakeKey(SotaConfig config, KeyChoice choice) =>
        new Enroller(new EnrollerOptions(), Observer).MakeKey(config, choice, CancellationToken.None);

    public void Dispose() => root.Delete(recursive: true);
}
