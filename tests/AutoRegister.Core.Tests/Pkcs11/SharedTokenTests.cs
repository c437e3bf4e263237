using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Line;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.HighLevelAPI;
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
    public void OnALineTheTokenIsSearchedForTheFirstOfThem()
    {
        var counting = new FakeModule();
        using var line = LineSession.Begin();
        Make("0a01", module: counting);
        int searches = counting.Count(nameof(ISession.FindAllObjects));
        Make("0a02", module: counting);
        Make("0a03", module: counting);
        Assert.NotEqual(0, searches);
        Assert.Equal(searches, counting.Count(nameof(ISession.FindAllObjects)));
    }

    [Fact]
    public void OnALineWhatAnotherProgramPutsInOrTakesOutIsSeen()
    {
        using var line = LineSession.Begin();
        Make("0a01");
        SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "theirs", "--id", "0a02");
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(() => Make("0a02")).Id);
        Make("0a03");
        SoftHsm.Pkcs11Tool("--delete-object", "--type", "privkey", "--id", "0a02");
        SoftHsm.Pkcs11Tool("--delete-object", "--type", "pubkey", "--id", "0a02");
        Make("0a02");
        Assert.Equal(["0a01", "0a02", "0a03"], Ids());
    }

    // The seed is in the message of a failure.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OnALineWhatIsFoundIsWhatIsThereWhoeverChangesIt(int seed)
    {
        var random = new Random(seed);
        using var line = LineSession.Begin();
        Make("0a00");
        using TokenSession session = hsm.Open(mayInitialize: false);
        for (int step = 1; step <= 16; step++)
        {
            string id = $"0a{step:x2}";
            TokenObject[] keys = [.. session.FindObjects().Where(o => o.Kind == TokenObjectKind.PrivateKey)];
            switch (random.Next(4))
            {
                case 0:
                    Make(id);
                    break;
                case 1:
                    session.DestroyObjects(session.FindObjects(new ObjectId(keys[^1].Id)));
                    break;
                case 2:
                    SoftHsm.Pkcs11Tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "theirs", "--id", id);
                    break;
                default:
                    SoftHsm.Pkcs11Tool("--delete-object", "--type", "privkey", "--id", keys[0].Id);
                    break;
            }

            IEnumerable<string> there = session.FindObjects().Select(o => o.ToString()).Order(StringComparer.Ordinal);
            IEnumerable<ObjectId> ids = Enumerable.Range(0, step + 1).Select(number => new ObjectId($"0a{number:x2}"));
            Assert.Equal(there, ids.SelectMany(session.FindObjects).Select(o => o.ToString()).Order(StringComparer.Ordinal));
            if (!there.Any(o => o.StartsWith("private", StringComparison.Ordinal)))
            {
                Make($"0a{step:x2}");
            }
        }
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

    private DeviceKey Make(string id, bool replace = false, string? folder = null, FakeModule? module = null) => new Enroller(new EnrollerOptions(), hsm.Observer).MakeKey(
        new SotaConfig
        {
            OutputPath = Path.Join(root, folder ?? id),
            Factory = "acme",
            Tags = ["main"],
            HardwareId = "x",
            Hsm = (module?.In(hsm.Settings) ?? hsm.Settings) with { Objects = DeviceObjects.Under(new ObjectId(id)) },
        },
        replace,
        CancellationToken.None);
}
