using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Devices that share a token, each with an id of its own, leave each other's objects alone.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class SharedTokenTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly string root = Directory.CreateTempSubdirectory("shared-token-").FullName;

    [Fact]
    public void EachHasAKeyOfItsOwn()
    {
        DeviceKey[] keys = [Make("0a01"), Make("0a02"), Make("01")];
        Assert.Equal(3, keys.Select(key => key.KeyFingerprint).Distinct().Count());
        Assert.Equal("pkcs11:token=aktualizr;object=tls-0a02;id=%0a%02;type=private", keys[1].KeyLocation);
        Assert.Equal(["01", "0a01", "0a02"], Ids());
        Assert.Equal(keys.Select(key => key.KeyFingerprint), ((string[])["0a01", "0a02", "01"]).Select(id => Make(id).KeyFingerprint));
    }

    [Fact]
    public void ForceReplacesItsOwnAlone()
    {
        string first = Make("0a01").KeyFingerprint;
        string second = Make("0a02").KeyFingerprint;
        Assert.NotEqual(first, Make("0a01", replace: true).KeyFingerprint);
        Assert.Equal(second, Make("0a02").KeyFingerprint);
        Assert.Equal(["0a01", "0a02"], Ids());
    }

    [Fact]
    public void AnIdThatIsTakenIsRefused()
    {
        Make("0a01");
        AutoRegisterException error = Assert.Throws<Core.Errors.AutoRegisterException>(() => Make("0a01", folder: "another"));
        Assert.Equal(Core.Errors.ErrorId.HsmObjectConflict, error.Id);
    }

    [Fact]
    public void WhatAnotherDeviceIsJustWritingIsNotRemoved()
    {
        TokenObject[] halfWritten =
        [
            new(TokenObjectKind.Unreadable, string.Empty, string.Empty), new(TokenObjectKind.PublicKey, "tls-0a02", string.Empty), new(TokenObjectKind.PublicKey, "tls-0a01", string.Empty),
        ];
        var ours = DeviceObjects.Under(new ObjectId("0a01"));
        Assert.Equal([halfWritten[2]], IncompleteObjects.Find(halfWritten, [], ours));
        Assert.Equal(halfWritten, IncompleteObjects.Find(halfWritten, [], DeviceObjects.Standard));
        Assert.Equal([halfWritten[0]], IncompleteObjects.Find(halfWritten, IncompleteObjects.Inventory(halfWritten[1..]), DeviceObjects.Standard));
    }

    [Theory]
    [InlineData("01", true)]
    [InlineData("09", true)]
    [InlineData("00", false)]
    [InlineData("0a", false)]
    [InlineData("10", false)]
    [InlineData("0101", false)]
    [InlineData("", false)]
    public void TheOtaClientsProgramsAgreeOnFewIds(string id, bool agree) => Assert.Equal(agree, new ObjectId(id).SuitsOtaClient);

    public void Dispose()
    {
        hsm.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private string[] Ids()
    {
        using TokenSession session = hsm.Open(mayInitialize: false);
        return [.. session.FindObjects().Select(o => o.Id).Distinct().Order(StringComparer.Ordinal)];
    }

    private DeviceKey Make(string id, bool replace = false, string? folder = null) => new Enroller(new EnrollerOptions(), hsm.Observer).MakeKey(
        new SotaConfig
        {
            OutputPath = Path.Join(root, folder ?? id),
            Factory = "acme",
            Tags = ["main"],
            HardwareId = "x",
            Hsm = hsm.Settings with { Objects = DeviceObjects.Under(new ObjectId(id)) },
        },
        replace,
        CancellationToken.None);
}
