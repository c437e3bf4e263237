using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.SoftHsm;
using AutoRegister.Core.Pkcs11.Token;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Which of SoftHSM2's directories are removed as torn, and which tokens are taken for torn.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class IncompleteTokenFilesTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Theory]
    [InlineData("aktualizr", TokenFile.FlagsBeforeSoPin, true)]
    [InlineData("payments", TokenFile.FlagsBeforeSoPin, false)]
    [InlineData("aktualizr", TokenFile.FlagsBeforeSoPin & ~TokenFile.SoPinLocked, false)]
    [InlineData("aktualizr", TokenFile.FlagsBeforeSoPin | TokenFile.UserPinInitialized, false)]
    public void A_token_of_ours_with_a_locked_so_pin_and_no_user_pin_goes(string label, ulong flags, bool goes)
    {
        string directory = Add(label, flags);
        Remove();
        Assert.Equal(goes, !Directory.Exists(directory));
        Assert.Equal(goes ? 1 : 0, hsm.Observer.Warnings.Count);
    }

    [Fact]
    public void A_token_that_does_not_say_what_it_is_goes_and_the_others_stay()
    {
        SoftHsm.InitializeToken("payments");
        string[] before = [.. SoftHsmStorage.TokenDirectories()];
        string torn = hsm.AddTokenFile(TokenFile.Number(0));
        Remove();
        Assert.False(Directory.Exists(torn));
        Assert.All(before, directory => Assert.True(Directory.Exists(directory)));
    }

    [Fact]
    public void A_torn_token_that_holds_anything_is_never_touched()
    {
        string directory = Add("aktualizr", TokenFile.FlagsBeforeSoPin);
        File.WriteAllBytes(Path.Join(directory, "4f1a.object"), []);
        Remove();
        Assert.True(Directory.Exists(directory));
        Assert.Empty(hsm.Observer.Warnings);
    }

    [NssFact]
    public void Another_module_s_tokens_have_no_such_files()
    {
        using var nss = new Nss();
        string directory = Add("aktualizr", TokenFile.FlagsBeforeSoPin);
        IncompleteTokens.Remove(nss.Settings() with { TokenLabel = "aktualizr" }, hsm.Observer);
        Assert.True(Directory.Exists(directory));
    }

    [Theory]
    [InlineData(ErrorId.HsmSoPinRejected, PinState.NotInitialized, PinState.Locked, true)]
    [InlineData(ErrorId.HsmSoPinLocked, PinState.NotInitialized, PinState.Locked, false)]
    [InlineData(ErrorId.HsmSoPinRejected, PinState.Ready, PinState.Locked, false)]
    [InlineData(ErrorId.HsmSoPinRejected, PinState.NotInitialized, PinState.Ready, false)]
    public void A_token_whose_answer_and_flags_contradict_each_other_is_torn(ErrorId answer, PinState user, PinState officer, bool torn) =>
        Assert.Equal(torn, IncompleteToken.Is(SomeToken.Ready with { UserPin = user, SoPin = officer }, new AutoRegisterException(answer, "refused")));

    [Fact]
    public void A_token_that_has_an_so_pin_is_not_set_aside()
    {
        Raw.InitializeTokenOnly("aktualizr");
        using Secret wrong = SoftHsm.Secret("00000000");
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot slot = Ours(module);
        Assert.False(IncompleteToken.SetAside(slot, hsm.Settings with { SoPin = wrong }, hsm.Observer));
        Assert.Equal("aktualizr", slot.Refresh().Token.Label);
        Assert.Empty(hsm.Observer.Warnings);
        Assert.True(IncompleteToken.SetAside(slot, hsm.Settings, hsm.Observer));
        Assert.Equal("set aside (torn)", slot.Refresh().Token.Label);
        Assert.Single(hsm.Observer.Warnings);
    }

    [Fact]
    public void A_token_that_holds_something_is_not_set_aside()
    {
        using (TokenSession session = hsm.Open())
        {
            session.StoreCertificate(TestCertificate.ForNewKey("stranger"));
        }

        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => IncompleteToken.SetAside(Ours(module), hsm.Settings, hsm.Observer));
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
    }

    private static TokenSlot Ours(Pkcs11Module module) => TokenSlot.List(module.Loaded, []).Single(s => s.Token.Label == "aktualizr");

    private string Add(string label, ulong flags)
    {
        string directory = hsm.AddTokenFile([]);
        File.WriteAllBytes(Path.Join(directory, "token.object"), TokenFile.Of(label, SoftHsmStorage.SerialOf(directory), flags));
        return directory;
    }

    private void Remove() => IncompleteTokens.Remove(hsm.Settings, hsm.Observer);
}
