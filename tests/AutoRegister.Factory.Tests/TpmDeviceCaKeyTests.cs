using System.Security.Cryptography;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>A device CA's key in a TPM: the same, and the third wrong PIN would lock it.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TpmDeviceCaKeyTests
{
    private static readonly byte[] Data = RandomNumberGenerator.GetBytes(700);
    private readonly List<string> said = [];

    [SoftTpmFact]
    public Task It_signs_and_signs_again_after_the_TPM_was_off() => SignAgainAsync(sessions: 1);

    [SoftTpmFact]
    public Task It_does_so_in_several_sessions_at_once() => SignAgainAsync(sessions: 4);

    [SoftTpmFact]
    public void A_wrong_PIN_costs_one_try()
    {
        using var tpm = new SoftTpm();
        File.WriteAllText(tpm.PinPath, "00000000\n");
        Assert.Equal(ExitCode.Configuration, Assert.Throws<ExitException>(() => Open(tpm)).Code);
        File.WriteAllText(tpm.PinPath, SoftTpm.Pin + "\n");
        using TokenDeviceCaKey key = Open(tpm);
        Assert.Equal(SubjectPublicKey.EllipticCurve, key.PublicKey.Algorithm);
    }

    private async Task SignAgainAsync(int sessions)
    {
        using var tpm = new SoftTpm();
        using TokenDeviceCaKey key = Open(tpm, sessions);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SignsAsync(key)));

        tpm.Stop();
        DeviceCaUnavailableException thrown = await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.False(thrown.IsPermanent);
        Assert.False((await key.CheckAsync()).IsReady);

        tpm.Restart();
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        Assert.Null((await key.CheckAsync()).Problem);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SignsAsync(key)));
    }

    private TokenDeviceCaKey Open(SoftTpm tpm, int sessions = 1) => TokenDeviceCaKey.Open(TokenKeySettings.Read(tpm.Uri, sessions), said.Add, TimeProvider.System);

    private static async Task SignsAsync(TokenDeviceCaKey key)
    {
        byte[] signature = await key.SignAsync(Data);
        Assert.True(key.PublicKey.Verifies(Data, signature, SignatureAlgorithm.EcdsaSha256));
    }
}
