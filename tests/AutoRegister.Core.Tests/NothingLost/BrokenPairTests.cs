using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.NothingLost;

/// <summary>Half of the device's own key pair is gone, empty or torn, whenever: it is repaired, or the device begins anew and says so.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class BrokenPairTests : IDisposable
{
    private static readonly RegistrationState[] States = [RegistrationState.KeyMade, RegistrationState.RequestSent, RegistrationState.AnswerReceived];
    private readonly SoftHsm hsm = new();

    public static TheoryData<string, RegistrationState> PublicHalves => Matrix.Of((string[])["gone", "empty", "cut", "another's"], States);

    public static TheoryData<string, RegistrationState> PrivateHalves => Matrix.Of((string[])["gone", "empty", "cut", "both gone", "both empty"], States);

    [Theory]
    [MemberData(nameof(PublicHalves))]
    public async Task A_public_half_is_put_back_from_the_certificate_request(string damage, RegistrationState state)
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        JournalEntry entry = await device.StopAtAsync(state);
        Break(CKO.CKO_PUBLIC_KEY, damage);

        Assert.Equal(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Contains("was put back from the certificate request", device.Words, StringComparison.Ordinal);
        using TokenSession session = hsm.Open(mayInitialize: false);
        using TokenKey key = session.FindKey()!;
        Assert.Equal(entry.KeyFingerprint, PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span));
        Assert.Equal(3, session.FindObjects().Count);
        Assert.Contains("tls", SoftHsm.Pkcs11Tool("--list-objects", "--type", "pubkey"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP384)]
    [InlineData(KeyAlgorithm.Rsa2048)]
    public async Task A_public_half_of_another_kind_is_put_back_too(KeyAlgorithm algorithm)
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        JournalEntry entry = await device.StopAtAsync(RegistrationState.KeyMade, algorithm);
        Break(CKO.CKO_PUBLIC_KEY, "gone");
        Assert.Equal(entry.KeyFingerprint, device.MakeKey(new KeyChoice()).KeyFingerprint);
    }

    [Theory]
    [MemberData(nameof(PrivateHalves))]
    public async Task Without_its_private_half_the_device_begins_anew_by_itself(string damage, RegistrationState state)
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        JournalEntry entry = await device.StopAtAsync(state);
        Break(CKO.CKO_PRIVATE_KEY, damage);

        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Contains("the registration begins anew", device.Words, StringComparison.Ordinal);
        Assert.Equal(state > RegistrationState.KeyMade, device.Words.Contains(entry.Uuid, StringComparison.Ordinal));
        using TokenSession session = hsm.Open(mayInitialize: false);
        Assert.NotEqual(entry.KeyFingerprint, PublicKeyHash.Of(session.FindKey()!.SubjectPublicKeyInfo.Span));
        Assert.Equal(3, session.FindObjects().Count);
    }

    [Fact]
    public async Task A_certificate_for_a_key_that_is_gone_goes_with_it()
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        using (TokenSession session = hsm.Open(mayInitialize: false))
        {
            var answer = RegistrationAnswer.Check(AnswerFiles.Parse(device.Journal.ReadAnswer()), entry.Subject, entry.KeyFingerprint, DateTimeOffset.UtcNow);
            session.StoreCertificate(answer.Certificate.Leaf.RawDataMemory);
        }

        Break(CKO.CKO_PRIVATE_KEY, "both gone");
        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        using TokenSession after = hsm.Open(mayInitialize: false);
        Assert.Equal(3, after.FindObjects().Count);
    }

    [Fact]
    public async Task Another_whole_pair_in_its_place_is_left_to_a_person()
    {
        await using var device = new InterruptedDevice(hsm.Settings);
        await device.StopAtAsync(RegistrationState.RequestSent);
        Break(CKO.CKO_PRIVATE_KEY, "both gone");
        Raw.WithSession(session => Raw.GenerateKey(session, "tls", 1));
        Assert.Equal(ErrorId.HsmObjectConflict, (await Assert.ThrowsAsync<AutoRegisterException>(device.RunAsync)).Id);
        using TokenSession after = hsm.Open(mayInitialize: false);
        Assert.Equal(2, after.FindObjects().Count);
    }

    public static TheoryData<string, RegistrationState> KeyFiles => Matrix.Of((string[])["gone", "empty", "cut", "NULs", "another's"], States);

    [Theory]
    [MemberData(nameof(KeyFiles))]
    public async Task Without_its_key_file_the_device_begins_anew_by_itself(string damage, RegistrationState state)
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(state);
        BreakFile(device.Journal.PrivateKeyPath, damage);
        Assert.NotEqual(entry.Uuid, (await device.RunAsync()).Uuid);
        Assert.Contains("the registration begins anew", device.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_was_put_in_place_already_serves()
    {
        await using var device = new InterruptedDevice();
        JournalEntry entry = await device.StopAtAsync(RegistrationState.AnswerReceived);
        File.Move(device.Journal.PrivateKeyPath, device.Journal.InstalledKeyPath);
        Assert.Equal(entry.Uuid, (await device.RunAsync()).Uuid);
    }

    public void Dispose() => hsm.Dispose();

    private void Break(CKO half, string damage)
    {
        CKO[] halves = damage.StartsWith("both", StringComparison.Ordinal) ? [CKO.CKO_PUBLIC_KEY, CKO.CKO_PRIVATE_KEY] : [half];
        if (damage.EndsWith("gone", StringComparison.Ordinal))
        {
            Raw.WithSession(session => Array.ForEach(halves, one => Raw.Destroy(session, one)));
            return;
        }

        if (damage == "another's")
        {
            Raw.WithSession(session =>
            {
                Raw.Destroy(session, half);
                Raw.GenerateKey(session, "other", 2);
                Raw.Rename(session, half, "other", "tls", 1);
                IEnumerable<Net.Pkcs11Interop.HighLevelAPI.IObjectHandle> rest = session.FindAllObjects([session.Factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, "other")]);
                rest.ToList().ForEach(session.DestroyObject);
            });
            return;
        }

        foreach (string file in hsm.ObjectFiles().Where(file => halves.Contains(SoftHsm.ClassOf(file))))
        {
            BreakFile(file, damage.Split(' ')[^1]);
        }
    }

    private static void BreakFile(string path, string damage)
    {
        byte[] content = File.ReadAllBytes(path);
        switch (damage)
        {
            case "gone":
                File.Delete(path);
                break;
            case "another's":
                FileDeviceKey.Create(path).Dispose();
                break;
            default:
                File.WriteAllBytes(path, damage switch { "empty" => [], "NULs" => new byte[content.Length], _ => content[..(content.Length * 2 / 3)] });
                break;
        }
    }
}
