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
    public async Task It_signs_and_signs_again_after_the_TPM_was_off()
    {
        using var tpm = new SoftTpm();
        using TokenDeviceCaKey key = Open(tpm);
        await SignsAsync(key);

        tpm.Stop();
        DeviceCaUnavailableException thrown = await Assert.ThrowsAsync<DeviceCaUnavailableException>(() => key.SignAsync(Data).AsTask());
        Assert.False(thrown.IsPermanent);
        Assert.False((await key.CheckAsync()).IsReady);

        tpm.Restart();
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        Assert.Null((await key.CheckAsync()).Problem);
        await SignsAsync(key);
    }

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

    private TokenDeviceCaKey Open(SoftTpm tpm) => TokenDeviceCaKey.Open(TokenKeySettings.Read(tpm.Uri), said.Add, TimeProvider.System);

    private static async Task SignsAsync(TokenDeviceCaKey key)
    {
        byte[] signature = await key.SignAsync(Data);
        Assert.True(key.PublicKey.Verifies(Data, signature, SignatureAlgorithm.EcdsaSha256));
    }
}
