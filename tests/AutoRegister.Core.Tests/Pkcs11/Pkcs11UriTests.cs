using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>RFC 7512, as far as a device needs it.</summary>
public sealed class Pkcs11UriTests
{
    [Fact]
    public void Everything_it_can_say()
    {
        var uri = Pkcs11Uri.Parse("pkcs11:token=My%20token;serial=0a%3b;manufacturer=M;model=X;object=tls;id=%01%aB;type=private?module-path=/usr/lib/m.so&pin-source=file:///etc/sota/pin");

        Assert.Equal(("My token", "0a;", "M", "X"), (uri.Token, uri.Serial, uri.Manufacturer, uri.Model));
        Assert.Equal(("tls", "01ab", "/usr/lib/m.so", "/etc/sota/pin"), (uri.ObjectLabel, uri.ObjectId, uri.ModulePath, uri.PinPath));
    }

    [Theory]
    [InlineData("aktualizr", "tls", "01", "pkcs11:token=aktualizr;object=tls;id=%01;type=private")]
    [InlineData("a;b&c,d%e ü", "x/y?z", "0a61", "pkcs11:token=a%3Bb%26c%2Cd%25e%20%C3%BC;object=x%2Fy%3Fz;id=%0a%61;type=private")]
    [InlineData("aktualizr", null, null, "pkcs11:token=aktualizr;type=private")]
    [InlineData(null, null, "03", "pkcs11:id=%03;type=private")]
    public void What_is_written_is_read_back(string? token, string? label, string? id, string expected)
    {
        string text = Pkcs11Uri.OfPrivateKey(token, label, id is null ? null : new ObjectId(id));
        var read = Pkcs11Uri.Parse(text);
        Assert.Equal((expected, token, label, id), (text, read.Token, read.ObjectLabel, read.ObjectId));
    }

    [Fact]
    public void Nothing_said_is_nothing_known() => Assert.Equal((null, null, null), (Pkcs11Uri.Parse("pkcs11:").Token, Pkcs11Uri.Parse("PKCS11:").ObjectId, Pkcs11Uri.Parse("pkcs11:?").PinPath));

    [Theory]
    [InlineData("pkcs11:token=a?pin-value=5550199", "pin-value")]
    [InlineData("pkcs11:pin-value=5550199", "pin-value")]
    [InlineData("pkcs11:slot-id=1", "slot-id")]
    [InlineData("pkcs11:token=a;token=b", "comes twice")]
    [InlineData("pkcs11:colour=red", "'colour' is not known")]
    [InlineData("pkcs11:token", "'token' has no value")]
    [InlineData("pkcs11:tokn=a", "'tokn' is not known (token is the nearest)")]
    [InlineData("pkcs11:Token=a", "'Token' is not known (token is the nearest)")]
    [InlineData("pkcs11:?pin_source=/p", "'pin_source' is not known (pin-source is the nearest)")]
    [InlineData("pkcs11:?module-name=x", "'module-name' is not known.")]
    [InlineData("pkcs11:token=a;pin-source=/p", "'pin-source' stands before the '?'")]
    [InlineData("pkcs11:?token=a", "'token' stands after the '?'")]
    [InlineData("pkcs11:token=a;5550199", "a part of it is not known")]
    [InlineData("pkcs11:token=a;x5550199=b", "a part of it is not known")]
    [InlineData("pkcs11:token=%4", "hex digits")]
    [InlineData("pkcs11:serial=%00", "its serial has ")]
    [InlineData("pkcs11:token=a%0Ab", "its token has ")]
    [InlineData("pkcs11:token=%zz", "hex digits")]
    [InlineData("pkcs11:token=a?pin-source=pin.txt", "absolute path")]
    [InlineData("pkcs11:token=a?pin-source=|cat", "absolute path")]
    [InlineData("token=a", "pkcs11:")]
    public void What_cannot_be_used_is_said_without_the_pin(string text, string named)
    {
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => Pkcs11Uri.Parse(text));

        Assert.Equal(ErrorId.HsmSettingUnusable, e.Id);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("5550199", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkcs11:colour=red")]
    [InlineData("pkcs11:token")]
    [InlineData("pkcs11:token=a;token=b")]
    [InlineData("pkcs11:token=a;5550199")]
    [InlineData("pkcs11:token=a?module=/m.so")]
    [InlineData("pkcs11:?pin-source=/a&pin-source=/b")]
    public void The_remedy_for_a_part_that_is_not_known_lists_all_that_are(string text) => Assert.StartsWith(
        "Before the '?' token, serial, manufacturer, model, object, id and type are known, with ';' between them, and after it module-path and pin-source, with '&' between them. Write it as RFC 7512 has it",
        Assert.Throws<AutoRegisterException>(() => Pkcs11Uri.Parse(text)).RecommendedAction,
        StringComparison.Ordinal);
}
