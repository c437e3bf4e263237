using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What SoftHSM2 2.6.1 leaves in its directory when its process is killed inside C_InitToken.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class IncompleteTokenTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void A_token_killed_before_its_so_pin_was_stored_is_set_aside()
    {
        hsm.AddTokenFile(TokenFile.Of("aktualizr", "5d1d02581365a4d6", TokenFile.FlagsBeforeSoPin));

        using (TokenSession session = hsm.Open())
        {
            Assert.True(session.InitializedNow);
            Assert.NotEqual("5d1d02581365a4d6", session.Token.Serial);
        }

        hsm.Open(mayInitialize: false).Dispose();
        Assert.Contains("5d1d02581365a4d6", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_permission_a_torn_token_is_left_as_it_is()
    {
        hsm.AddTokenFile(TokenFile.Of("aktualizr", "5d1d02581365a4d6", TokenFile.FlagsBeforeSoPin));

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => hsm.Open(mayInitialize: false));

        Assert.Equal(ErrorId.HsmPinNotInitialized, e.Id);
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public void A_token_that_cannot_say_what_it_is_does_not_hide_the_others()
    {
        hsm.AddTokenFile(TokenFile.Number(0));

        using TokenSession session = hsm.Open();

        Assert.True(session.InitializedNow);
        Assert.Contains("C_GetTokenInfo", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }
}
