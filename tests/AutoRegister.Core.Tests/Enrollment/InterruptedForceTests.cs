using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>A run with -Force that was killed before it had removed what it replaces: what is left must not become the device's.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class InterruptedForceTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly string root = Directory.CreateTempSubdirectory("interrupted-force-").FullName;

    [Fact]
    public void TheNextRunDoesNotTakeTheStrangersKeyForItsOwn()
    {
        byte[] stranger;
        IReadOnlyList<string> inventory;
        using (TokenSession session = hsm.Open())
        {
            using TokenKey key = session.GenerateKey(new KeyRequest());
            stranger = key.SubjectPublicKeyInfo.ToArray();
            inventory = IncompleteObjects.Inventory(session.FindObjects());
        }

        SotaConfig config = Config();
        Directory.CreateDirectory(config.SotaPath);
        var journal = new EnrollmentJournal(config.SotaPath);
        journal.Save(new JournalEntry
        {
            State = RegistrationState.Unregistered,
            Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751",
            UuidIsOurs = true,
            Factory = "acme",
            Production = false,
            KeyStore = "token aktualizr",
            Replace = true,
            ForeignObjects = inventory,
        });

        new Enroller(new EnrollerOptions(), hsm.Observer).MakeKey(config, replace: false, CancellationToken.None);

        using TokenSession after = hsm.Open(mayInitialize: false);
        using TokenKey made = after.FindKey()!;
        Assert.NotEqual(stranger, made.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(2, after.FindObjects().Count);
    }

    public void Dispose()
    {
        hsm.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private SotaConfig Config() => new()
    {
        Root = root, Factory = "acme", Tags = ["main"], HardwareId = "x", Hsm = hsm.Settings,
    };
}
