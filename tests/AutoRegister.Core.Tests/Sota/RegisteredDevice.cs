using System.Text.RegularExpressions;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Tests.Enrollment;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A device that went the whole way against the local factory, in a directory of its own.</summary>
internal sealed class RegisteredDevice : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("registered-");
    private readonly Secret token;

    private RegisteredDevice(LocalFactory factory, string name, HsmSettings? hsm)
    {
        token = factory.ReadToken();
        Config = new SotaConfig
        {
            Root = directory.FullName, Factory = "acme", Tags = ["main"], HardwareId = "board", Name = name,
            DeviceApi = new Uri(factory.Api), ApiToken = token, Hsm = hsm,
        };
    }

    internal SotaConfig Config { get; }

    internal RecordingObserver Observer { get; } = new();

    internal ExportedCredentials Exported { get; private set; } = null!;

    internal static async Task<RegisteredDevice> MakeAsync(LocalFactory factory, string name, HsmSettings? hsm = null, KeyAlgorithm algorithm = KeyAlgorithm.EcP256)
    {
        var device = new RegisteredDevice(factory, name, hsm);
        device.Exported = await device.RegisterAsync(factory, device.Config, new KeyChoice { Algorithm = algorithm });
        return device;
    }

    /// <summary>Goes the whole way, once more for a device that has gone it.</summary>
    internal async Task<ExportedCredentials> RegisterAsync(LocalFactory factory, SotaConfig config, KeyChoice choice)
    {
        var enroller = new Enroller(new EnrollerOptions(), Observer);
        DeviceKey key = enroller.MakeKey(config, choice, CancellationToken.None);
        using RegistrationClient client = factory.Connect();
        return enroller.Export(await enroller.RegisterAsync(key, client, CancellationToken.None), CancellationToken.None);
    }

    internal string PathOf(string file) => Path.Join(Config.SotaPath, file);

    internal void Edit(string file, Func<string, string> change) => File.WriteAllText(PathOf(file), change(File.ReadAllText(PathOf(file))));

    /// <summary>Sends the device to another gateway.</summary>
    internal void Point(string server) => Edit("sota.toml", text => new Regex("(?m)^server = .*$").Replace(text, $"server = \"{server}\"", 1));

    public void Dispose()
    {
        token.Dispose();
        directory.Delete(recursive: true);
    }
}
