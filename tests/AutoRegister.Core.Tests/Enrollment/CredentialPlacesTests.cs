using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Transfer;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>Where credentials are put, in which order and with which modes, and what the directory must be.</summary>
public sealed class CredentialPlacesTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private static readonly string[] Certificates = ["root.crt", "client.chained", "client.pem"];
    private readonly HandOver hand = new();

    [Fact]
    public async Task A_key_file_is_its_owners_and_the_configuration_is_the_last()
    {
        DeviceRegistration registration = await RegisterAsync("file");
        IReadOnlyList<string> written = Write(registration, hsm: null);
        Assert.Equal(Names(registration, "pkey.pem", "sota.toml"), written);
        Assert.All(written, path => Assert.Equal(
            Path.GetFileName(path) is "pkey.pem" or "sota.toml" ? AtomicFile.OwnerOnly : AtomicFile.WorldReadable, File.GetUnixFileMode(path)));
        Assert.Equal(registration.Answer!.Files["client.pem"], File.ReadAllText(Path.Join(registration.Key.Config.SotaPath, "client.pem")));
    }

    [Fact]
    public async Task With_a_token_no_key_file_stays()
    {
        DeviceRegistration registration = await RegisterAsync("token");
        string key = Path.Join(registration.Key.Config.SotaPath, "pkey.pem");
        File.WriteAllText(key, "of an earlier registration");
        var hsm = new HsmSettings { ModulePath = "/module.so", Pin = hand.Passphrase, SoPin = hand.Passphrase };
        Assert.Equal(Names(registration, "sota.toml"), Write(registration, hsm));
        Assert.False(File.Exists(key));
        Assert.Contains("[p11]", File.ReadAllText(Path.Join(registration.Key.Config.SotaPath, "sota.toml")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_is_made_its_owners()
    {
        Directory.CreateDirectory(hand.In("sota"), DurableDirectory.Public);
        SotaDirectory.Restrict(hand.In("sota"), hand.Observer);
        Assert.Equal(DurableDirectory.OwnerOnly, File.GetUnixFileMode(hand.In("sota")));
        Assert.Empty(hand.Observer.Warnings);
    }

    [RootFact]
    public void A_directory_of_another_user_is_taken_over_with_a_warning()
    {
        string path = Directory.CreateDirectory(hand.In("sota")).FullName;
        using Microsoft.Win32.SafeHandles.SafeFileHandle directory = Posix.OpenDirectory(path);
        Posix.ChangeOwner(directory, 12345, path);
        SotaDirectory.Claim(path, "/", hand.Observer);
        Assert.Contains("user 12345", Assert.Single(hand.Observer.Warnings), StringComparison.Ordinal);
        Assert.Equal((0u, DurableDirectory.OwnerOnly), (Posix.StatusOf(directory, path).Owner, File.GetUnixFileMode(path)));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/proc/self/task")]
    public void A_directory_that_cannot_be_corrected_is_named(string path)
    {
        // Not even root changes modes below /proc.
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SotaDirectory.Restrict(path, hand.Observer));
        Assert.Equal((ErrorId.SotaDirectoryUnusable, path), (error.Id, error.Target));
        Assert.NotNull(error.InnerException);
    }

    [Theory]
    [InlineData("sota.toml")]
    [InlineData("root.crt")]
    [InlineData("client.pem")]
    public void A_file_that_is_there_and_cannot_be_read_is_an_error(string name)
    {
        // The first byte of this one is nobody's to read.
        File.CreateSymbolicLink(Path.Join(Directory.CreateDirectory(hand.In("sota")).FullName, name), "/proc/self/mem");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => InstalledCredentials.Inspect(hand.In("sota")));
        Assert.Equal((ErrorId.ReadFailed, Path.Join(hand.In("sota"), name)), (error.Id, error.Target));
    }

    public void Dispose() => hand.Dispose();

    private static IReadOnlyList<string> Write(DeviceRegistration registration, HsmSettings? hsm) => CredentialWriter.Write(
        registration.Key.Config with { Hsm = hsm }, registration.Answer!, registration.Answer!.Toml.Encode(hsm), new EnrollmentJournal(registration.Key.Config.SotaPath));

    private static IEnumerable<string> Names(DeviceRegistration registration, params string[] last) =>
        Certificates.Where(registration.Answer!.Files.ContainsKey).Concat(last).Select(name => Path.Join(registration.Key.Config.SotaPath, name));

    private async Task<DeviceRegistration> RegisterAsync(string name)
    {
        SotaConfig config = hand.Machine(shared.Factory) with { Name = $"{name} {Guid.NewGuid()}", OutputPath = hand.In(name) };
        DeviceKey key = hand.Enroller().MakeKey(config, replace: false, CancellationToken.None);
        return await hand.RegisterAsync(shared.Factory, key);
    }
}
