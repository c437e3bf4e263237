using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>PINs at the edges of what a token takes, and what is left of one afterwards.</summary>
public sealed class PinLimitsTests
{
    [Theory]
    [InlineData("123", false)]
    [InlineData("1234", true)]
    [InlineData("12345678", true)]
    [InlineData("123456789", false)]
    public void A_pin_has_a_length_the_token_takes(string text, bool taken)
    {
        using Secret pin = SoftHsm.Secret(text);
        foreach (bool officer in (bool[])[false, true])
        {
            Exception? e = Record.Exception(() => Pin.CheckLength(new TokenPin(pin, officer ? CKU.CKU_SO : CKU.CKU_USER, null), SomeToken.Ready));
            Assert.Equal(taken ? null : ErrorId.HsmPinLength, (e as AutoRegisterException)?.Id);
            Assert.Equal(!taken && officer, e is AutoRegisterException { RecommendedAction: string action } && action.Contains("HSM_SOPIN", StringComparison.Ordinal));
            Pin.CheckLength(new TokenPin(pin, officer ? CKU.CKU_SO : CKU.CKU_USER, null), SomeToken.Ready with { HasProtectedAuthenticationPath = true });
        }
    }

    [Fact]
    public void A_pin_is_zeroed_when_the_module_has_it()
    {
        using Secret secret = SoftHsm.Secret("1234");
        var pin = new Pin(secret, SomeToken.Ready);
        byte[] bytes = pin.Bytes!;
        Assert.Equal(Raw.Bytes("1234"), bytes);

        pin.Dispose();

        Assert.Equal(new byte[4], bytes);
        Assert.Equal(Raw.Bytes("1234"), secret.Utf8.ToArray());
    }
}
