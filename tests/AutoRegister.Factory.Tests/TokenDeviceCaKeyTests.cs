using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>A device CA's key in a token: signs in parallel, survives the token's absence, and never tries a wrong PIN twice.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenDeviceCaKeyTests : IDisposable
{
    private static readonly byte[] Data = RandomNumberGenerator.GetBytes(700);

    private readonly SoftHsm? hsm = SoftHsm.ModulePath is null ? null : new();
    private readonly List<string> said = [];
    private readonly TickingClock clock = new();

    private SoftHsm Hsm => hsm!;

    [SoftHsmFact]
    public async Task It_signs_for_many_at_once()
    {
        using TokenDeviceCaKey key = Open();
        Assert.Equal(Hsm.PublicKey(), key.PublicKey.Der.ToArray());
        byte[][] signatures = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => key.SignAsync(Data).AsTask()));
        Assert.All(signatures, signature => Assert.True(key.PublicKey.Verifies(Data, signature, SignatureAlgorithm.EcdsaSha256)));
        Assert.True((await key.CheckAsync()).IsReady);
    }

    [SoftHsmFact]
    public async Task It_logs_in_again_after_somebody_logged_out_or_closed_all_sessions()
    {
        using TokenDeviceCaKey key = Open();
        ISlot slot = SoftHsm.SlotOfAnother();
        using (ISession session = slot.OpenSession(Net.Pkcs11Interop.Common.SessionType.ReadWrite))
        {
            session.Logout();
        }

        await SignsAsync(key);
        Assert.Contains(said, line => line.Contains("looked for again", StringComparison.Ordinal));
        said.Clear();
        SoftHsm.SlotOfAnother().CloseAllSessions();
        await SignsAsync(key);
        Assert.Contains(said, line => line.Contains("is back", StringComparison.Ordinal));
    }

    [SoftHsmFact]
    public async Task While_the_token_is_away_it_says_so_and_signs_again_once_it_is_back()
    {
        using TokenDeviceCaKey key = Open();
        TakeAway();
        DeviceCaUnavailableException thrown = await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.False(thrown.IsPermanent);
        DeviceCaHealth health = await key.CheckAsync();
        Assert.Contains("factory", health.Problem, StringComparison.Ordinal);

        PutBack();
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await key.CheckAsync()).IsReady);
        await SignsAsync(key);
    }

    [SoftHsmFact]
    public async Task It_is_looked_for_at_most_once_a_second()
    {
        using TokenDeviceCaKey key = Open();
        TakeAway();
        await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        PutBack();
        await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        clock.Advance(TimeSpan.FromSeconds(2));
        await SignsAsync(key);
    }

    [SoftHsmFact]
    public async Task A_PIN_that_was_refused_is_never_tried_again()
    {
        using TokenDeviceCaKey key = Open();
        SoftHsm.ChangePin("11111111");
        SoftHsm.SlotOfAnother().CloseAllSessions();
        DeviceCaUnavailableException thrown = await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.True(thrown.IsPermanent);
        Assert.Contains(Hsm.PinPath, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SoftHsm.Pin, string.Concat(said) + thrown, StringComparison.Ordinal);

        // The old PIN would be right now, so one more attempt would succeed: there is none.
        SoftHsm.ChangePin(SoftHsm.Pin);
        clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.False((await key.CheckAsync()).IsReady);
    }

    [SoftHsmFact]
    public async Task Another_key_in_its_place_signs_nothing()
    {
        using TokenDeviceCaKey key = Open();
        SoftHsm.ReplaceKey();
        SoftHsm.SlotOfAnother().CloseAllSessions();
        DeviceCaUnavailableException thrown = await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.Contains("another one", thrown.Message, StringComparison.Ordinal);
    }

    [SoftHsmFact]
    public void An_RSA_key_is_refused()
    {
        SoftHsm.MakeKey("rsa:2048", "rsa", "02");
        Assert.Equal(ExitCode.Configuration, Assert.Throws<ExitException>(() => Open(Hsm.Uri.Replace("object=device-ca", "object=rsa", StringComparison.Ordinal))).Code);
    }

    [SoftHsmFact]
    public void Several_sessions_are_refused_where_the_module_cannot_serve_them()
    {
        using var folder = new FioctlFolder();
        ExitException thrown = Assert.Throws<ExitException>(() => folder.Open(settings => settings with { DeviceCaKey = Hsm.Uri, DeviceCaSessions = 2 }));
        Assert.Equal(ExitCode.Configuration, thrown.Code);
        Assert.Contains("Pki:DeviceCaSessions", thrown.Message, StringComparison.Ordinal);
    }

    [SoftHsmFact]
    public void A_wrong_PIN_at_the_start_ends_the_program_as_a_wrong_configuration()
    {
        Hsm.WritePin("00000000");
        ExitException thrown = Assert.Throws<ExitException>(Open);
        Assert.Equal(ExitCode.Configuration, thrown.Code);
        Assert.Contains(Hsm.PinPath, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("00000000", thrown.Message, StringComparison.Ordinal);
    }

    [SoftHsmFact]
    public void A_token_that_is_not_there_yet_is_a_failure_that_passes()
    {
        Hsm.Move(away: true);
        Hsm.Empty(make: true);
        Assert.Equal(ExitCode.TemporaryFailure, Assert.Throws<ExitException>(Open).Code);
    }

    [SoftHsmFact]
    public void What_the_URI_does_not_say_is_asked_for()
    {
        string[] wrong =
        [
            $"pkcs11:token=factory;object=device-ca?pin-source=file:{Hsm.PinPath}",
            $"pkcs11:object=device-ca?module-path={SoftHsm.ModulePath}&pin-source=file:{Hsm.PinPath}",
            $"pkcs11:token=factory?module-path={SoftHsm.ModulePath}&pin-source=file:{Hsm.PinPath}",
            $"pkcs11:token=factory;object=device-ca?module-path={SoftHsm.ModulePath}",
            $"pkcs11:token=factory;object=device-ca?module-path={SoftHsm.ModulePath}&pin-value={SoftHsm.Pin}",
            $"pkcs11:token=factory;object=device-ca?module-path={SoftHsm.ModulePath}&pin-source=file:{Hsm.PinPath}.not-there",
        ];
        Assert.All(wrong, uri =>
        {
            ExitException thrown = Assert.Throws<ExitException>(() => TokenKeySettings.Read(uri));
            Assert.Equal(ExitCode.Configuration, thrown.Code);
            Assert.DoesNotContain(SoftHsm.Pin, thrown.Message, StringComparison.Ordinal);
        });
        Assert.Equal(ExitCode.Configuration, Assert.Throws<ExitException>(() => Open(Hsm.Uri.Replace("object=device-ca", "object=nobody", StringComparison.Ordinal))).Code);
    }

    [SoftHsmFact]
    public async Task A_factory_issues_with_it_and_refuses_a_CA_whose_key_it_is_not()
    {
        using var folder = new FioctlFolder();
        PkiSettings InToken(PkiSettings settings) => settings with { DeviceCaKey = Hsm.Uri };
        ExitException thrown = Assert.Throws<ExitException>(() => folder.Open(InToken));
        Assert.Contains(folder["local-ca.pem"], thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SoftHsm.Pin, thrown.Message, StringComparison.Ordinal);

        folder.MakeDeviceCaFor(Hsm.PublicKey());
        File.Delete(folder["local-ca.key"]);
        using FactoryPki pki = folder.Open(InToken);
        using var device = new TestDevice();
        var issuer = new CertificateIssuer(pki.DeviceCa, pki.DeviceCaKey);
        SigningRequest request = new SigningRequestReader(new HashSet<DeviceKeyType> { DeviceKeyType.P256 }).Read(device.Csr());
        DeviceCertificate certificate = await issuer.SignAsync(issuer.Template.Fill(request, TimeSpan.FromDays(30), DateTimeOffset.UtcNow).Der);
        Assert.Same(pki.DeviceCa, pki.FindIssuer(certificate.Facts));
    }

    public void Dispose() => hsm?.Dispose();

    private TokenDeviceCaKey Open() => Open(Hsm.Uri);

    private TokenDeviceCaKey Open(string uri) => TokenDeviceCaKey.Open(TokenKeySettings.Read(uri), said.Add, clock);

    // SoftHSM2 signs with what it has loaded: sessions must be gone before it misses its files.
    private void TakeAway()
    {
        SoftHsm.SlotOfAnother().CloseAllSessions();
        Hsm.Move(away: true);
        Hsm.Empty(make: true);
    }

    private void PutBack()
    {
        Hsm.Empty(make: false);
        Hsm.Move(away: false);
    }

    private static async Task SignsAsync(TokenDeviceCaKey key)
    {
        byte[] signature = await key.SignAsync(Data);
        Assert.True(key.PublicKey.Verifies(Data, signature, SignatureAlgorithm.EcdsaSha256));
    }

    private sealed class TickingClock : TimeProvider
    {
        private TimeSpan added;

        public void Advance(TimeSpan by) => added += by;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(added.TotalSeconds * TimestampFrequency);
    }
}
