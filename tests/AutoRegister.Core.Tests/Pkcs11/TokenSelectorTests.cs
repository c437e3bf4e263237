using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What tells the device's token from others: all that is asked for has to be so, and what is not asked for does not matter.</summary>
public sealed class TokenSelectorTests
{
    [Theory]
    [InlineData("aktualizr", null, null, null, true)]
    [InlineData("aktualizr", "17", "maker", "model", true)]
    [InlineData("other", null, null, null, false)]
    [InlineData("aktualizr", "18", null, null, false)]
    [InlineData("aktualizr", null, "other", null, false)]
    [InlineData("aktualizr", null, null, "other", false)]
    [InlineData("aktualizr", "17", "maker", "other", false)]
    [InlineData("aktualizr", "17", "other", "model", false)]
    [InlineData("aktualizr", "18", "maker", "model", false)]
    [InlineData("other", "17", "maker", "model", false)]
    public void A_token_is_ours_when_all_that_is_asked_for_is_so(string label, string? serial, string? manufacturer, string? model, bool ours)
    {
        var selector = new TokenSelector(label, serial, manufacturer, model);
        Assert.Equal(ours, selector.Matches(SomeToken.Ready));
        Assert.False(selector.Matches(SomeToken.Ready with { IsInitialized = false }));
    }

    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData("17", "maker", "model", true)]
    [InlineData("18", "maker", "model", false)]
    [InlineData("17", "other", "model", false)]
    [InlineData("17", "maker", "other", false)]
    public void A_blank_token_may_become_ours_whatever_its_label(string? serial, string? manufacturer, string? model, bool may)
    {
        var selector = new TokenSelector("other", serial, manufacturer, model);
        Assert.Equal(may, selector.MatchesBlank(SomeToken.Ready with { IsInitialized = false }));
        Assert.False(selector.MatchesBlank(SomeToken.Ready));
    }

    [Fact]
    public void A_configuration_s_selector_asks_for_all_it_names()
    {
        using Secret pin = SoftHsm.Secret("1234");
        var hsm = new HsmSettings { ModulePath = "/m.so", Pin = pin, SoPin = pin, TokenLabel = "l", TokenSerial = "s", TokenManufacturer = "f", TokenModel = "m" };
        Assert.Equal(new TokenSelector("l", "s", "f", "m"), TokenSelector.Of(hsm));
        Assert.Equal(new TokenSelector(), TokenSelector.Of(new HsmSettings { ModulePath = "/m.so", Pin = pin, SoPin = pin }));
    }

    [Fact]
    public void Its_words_name_the_serial_number_where_one_is_asked_for()
    {
        Assert.Equal("\"aktualizr\"", new TokenSelector().ToString());
        Assert.Equal("\"aktualizr\" (serial 17)", new TokenSelector(Serial: "17").ToString());
    }
}
