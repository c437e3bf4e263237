using AutoRegister.Core.Configuration;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Keys.Pkcs11;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// A whole registration of nobody, with nobody: a throw-away key, a stage in memory, and a server at the other end of a pair of
/// sockets. What the runtime reads and compiles on this way is there when the real registration comes along it. It leaves the process by
/// no socket and touches no file but its stage, which it removes, and those that TLS reads (the system's trust anchors).
/// </summary>
public static class Rehearsal
{
    private static int begun;

    /// <summary>Begins on another thread, once in a process, and only where another core would be idle.</summary>
    public static void Begin()
    {
        if (Environment.ProcessorCount > 1)
        {
            _ = Task.Run(Run);
        }
    }

    /// <summary>For a process that registers a device and does nothing else; does not return before it is done.</summary>
    public static void RunAlone()
    {
        SystemTrust.ReadBundleAlone();
        if (Environment.ProcessorCount > 1)
        {
            Run();
        }
    }

    /// <summary>Goes the whole way on this thread, once in a process.</summary>
    internal static void Run()
    {
        if (Interlocked.Exchange(ref begun, 1) != 0)
        {
            return;
        }

        try
        {
            CallStubs.Prepare();
            using RehearsalStage stage = RehearsalStage.Make();
            RunAsync(stage).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing depends on it: what fails here fails again where somebody hears of it, and with the right words.
        }
    }

    /// <summary>The whole way; it ends when everything has been used once.</summary>
    internal static async Task<ExportedCredentials> RunAsync(RehearsalStage stage)
    {
        SotaConfig config = new SotaConfigReader(stage.Options, _ => null, SilentObserver.Instance).Read();
        using Secret? token = config.ApiToken;
        var enroller = new Enroller(new EnrollerOptions(), SilentObserver.Instance);
        DeviceKey key = enroller.MakeKey(config, replace: false, CancellationToken.None);

        using RehearsalServer server = RehearsalServer.For(key);
        (Stream here, Stream there) = SocketPair.Open();
        Task serving = server.ServeAsync(there);
        DeviceRegistration registration;
        using (var client = new RegistrationClient(here, server.Anchor))
        {
            registration = await enroller.RegisterAsync(key, client, CancellationToken.None).ConfigureAwait(false);
        }

        await serving.ConfigureAwait(false);
        return enroller.Export(registration, CancellationToken.None);
    }
}
