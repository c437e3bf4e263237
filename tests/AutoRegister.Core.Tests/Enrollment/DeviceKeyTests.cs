using System.Security.Cryptography;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What a device key says of itself, and a key file's place.</summary>
public sealed class DeviceKeyTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("device-key-");

    [Theory]
    [InlineData(null, "uuid")]
    [InlineData("pump", "pump")]
    public void A_device_has_the_name_that_was_chosen_or_its_uuid(string? name, string expected)
    {
        var key = new DeviceKey
        {
            Config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "x", Name = name },
            Uuid = "uuid", State = RegistrationState.Unregistered, KeyLocation = "/key", KeyFingerprint = "f", CertificateRequest = "csr",
        };
        Assert.Equal((expected, "acme"), (key.Name, key.Factory));
        Assert.Equal($"{expected} (Unregistered)", key.ToString());
        Assert.False(key.Replace);
    }

    [Fact]
    public void A_key_file_is_found_by_its_public_key_only()
    {
        var journal = new EnrollmentJournal(directory.FullName);
        Directory.CreateDirectory(journal.JournalPath);
        using var store = new FileKeyStore(journal);
        Assert.Null(store.Find("fingerprint"));
        string fingerprint;
        using (IDeviceKey made = store.Make([], KeyAlgorithm.EcP384))
        {
            fingerprint = PublicKeyHash.Of(made.SubjectPublicKeyInfo.Span);
        }

        Assert.Null(store.Find("fingerprint"));
        using IDeviceKey found = store.Find(fingerprint)!;
        Assert.Equal(KeyAlgorithm.EcP384, KeyAlgorithms.Of(found.SubjectPublicKeyInfo.Span));
        Assert.Equal((journal.PrivateKeyPath, "file", null), (store.Location, store.Description, store.FindDeviceUuid()));
        Assert.Empty(store.Inventory());
    }

    [Fact]
    public void A_key_does_not_sign_after_its_end()
    {
        var key = FileDeviceKey.Create(Path.Join(directory.FullName, "key.pem"));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign([1]));
    }

    [Fact]
    public void A_key_that_is_neither_ec_nor_rsa_is_none()
    {
        using var dsa = DSA.Create(2048);
        Assert.Null(KeyAlgorithms.Of(dsa.ExportSubjectPublicKeyInfo()));
    }

    public void Dispose() => directory.Delete(recursive: true);
}
