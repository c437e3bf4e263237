using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

/// <summary>What happened to the token between the key and the end: sota.toml names nothing that is not there, and no wrong PIN.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ExportedTokenTests(FactoryFixture shared) : IClassFixture<FactoryFixture>, IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly UnregisteredDevice device = new();
    private readonly Secret token = shared.Factory.ReadToken();

    private SotaConfig Config => device.Config with { Hsm = hsm.Settings, DeviceApi = new Uri(shared.Factory.Api), ApiToken = token };

    [Theory]
    [InlineData(false, ErrorId.HsmKeyNotFound)]
    [InlineData(true, ErrorId.HsmKeyUnusable)]
    public async Task A_private_key_that_is_gone_or_exchanged_is_named_before_anything_is_put_in_place(bool exchanged, ErrorId id)
    {
        DeviceRegistration registration = await RegisterAsync();
        Raw.WithSession(session => Raw.Destroy(session, Net.Pkcs11Interop.Common.CKO.CKO_PRIVATE_KEY));
        if (exchanged)
        {
            Raw.WithSession(session => Raw.GenerateKey(session, "tls", 1));
        }

        AutoRegisterException error = Fail(registration);
        Assert.Equal(id, error.Id);
        Assert.Contains("aktualizr", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PIN_that_was_changed_meanwhile_is_not_left_for_the_OTA_client()
    {
        DeviceRegistration registration = await RegisterAsync();
        SoftHsm.Pkcs11Tool("--change-pin", "--new-pin", "11223344");
        Assert.Equal(ErrorId.HsmPinRejected, Fail(registration).Id);
    }

    public void Dispose()
    {
        token.Dispose();
        device.Dispose();
        hsm.Dispose();
    }

    private async Task<DeviceRegistration> RegisterAsync()
    {
        DeviceKey key = device.MakeKey(Config);
        using RegistrationClient client = shared.Factory.Connect();
        return await new Enroller(new EnrollerOptions(), device.Observer).RegisterAsync(key, client, CancellationToken.None);
    }

    private AutoRegisterException Fail(DeviceRegistration registration)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => new Enroller(new EnrollerOptions(), device.Observer).Export(registration, CancellationToken.None));
        Assert.Equal([".registration"], Directory.EnumerateFileSystemEntries(device.Config.SotaPath).Select(path => Path.GetFileName(path)));
        return error;
    }
}
