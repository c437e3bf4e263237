using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class PinPadTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakePinPad pad = new();

    // No token takes PINs of one byte: where one is looked at, or handed on, the test fails.
    private readonly Secret unused = SoftHsm.Secret("1");

    public void Dispose()
    {
        unused.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void A_token_with_a_fake_pin_pad_is_initialised_and_used_without_any_of_our_pins()
    {
        using TokenSession session = Open();

        Assert.True(session.Token.HasProtectedAuthenticationPath);
        Assert.Equal(["InitToken", "Login", "InitPin", "Login"], pad.Asked);
        Assert.NotEmpty(session.GenerateKey(new KeyRequest()).Sign([1]));
    }

    [Fact]
    public void A_pin_mistyped_at_a_fake_pad_is_asked_for_once_a_run_and_may_be_typed_again()
    {
        hsm.Open().Dispose();
        using var module = Pkcs11Module.Open(Settings, hsm.Observer);
        pad.Typed = "99999999";

        Assert.Equal(ErrorId.HsmPinRejected, Assert.Throws<AutoRegisterException>(Open).Id);
        Assert.Single(pad.Asked);

        pad.Typed = SoftHsm.PinText;
        Open().Dispose();
        Assert.Equal(2, pad.Asked.Count);
    }

    private HsmSettings Settings => pad.Module.In(hsm.Settings with { Pin = unused, SoPin = unused });

    private TokenSession Open() => TokenSession.Open(Settings, true, hsm.Observer);
}
