using System.Text;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Credentials;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Credentials;

public sealed class SotaTomlTests
{
    private const string Good = "[tls]\nserver = \"https://gw:8443\"\n\n# key is not set\n[pacman]\ntags = \"main\"\n";

    [Fact]
    public void Without_a_token_the_servers_text_is_kept() =>
        Assert.Equal(Good, Encoding.UTF8.GetString(SotaToml.ParseAnswer(Good).Encode(hsm: null)));

    [Fact]
    public void With_a_token_one_section_is_added_at_the_end()
    {
        using var pin = Secret.FromUtf8("87654321"u8);
        using var soPin = Secret.FromUtf8("12345678"u8);
        var hsm = new HsmSettings { ModulePath = "/usr/lib/libckteec.so.0", Pin = pin, SoPin = soPin };

        string text = Encoding.UTF8.GetString(SotaToml.ParseAnswer(Good + "\n\n").Encode(hsm));

        Assert.Equal(
            Good + "\n[p11]\nmodule = \"/usr/lib/libckteec.so.0\"\npass = \"87654321\"\ntls_pkey_id = \"01\"\ntls_clientcert_id = \"03\"\n",
            text);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("<html></html>", "no TOML")]
    [InlineData("[tls]\nserver = \"https://gw\"\n[tls]\nx = 1\n", "no TOML")]
    [InlineData("[pacman]\ntags = \"main\"\n", "no https server")]
    [InlineData("[tls]\nserver = \"http://gw\"\n", "no https server")]
    [InlineData("[tls]\nserver = \"https://gw\"\n[p11]\nmodule = \"/x\"\n", "[p11]")]
    [InlineData("[tls]\nserver = \"https://gw\"\nciphers = [\n  \"a\",\n]\n", "line 3")]
    [InlineData("[tls]\nserver = \"\"\"\nhttps://gw\"\"\"\n", "line 2")]
    public void What_one_of_its_readers_cannot_use_is_refused(string text, string says)
    {
        var error = Assert.Throws<AutoRegisterException>(() => SotaToml.ParseAnswer(text));

        Assert.Equal(ErrorId.SotaTomlInvalid, error.Id);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
