using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>What is read from a sota.toml that is there, and what its token's section says.</summary>
public sealed class SotaTomlValuesTests
{
    private const string Tls = "[tls]\nserver = \"https://gw\"\n";

    [Theory]
    [InlineData(Tls, false, "https://gw", "01", "03")]
    [InlineData("[p11]\n" + Tls, true, "https://gw", "01", "03")]
    [InlineData(Tls + "[p11]\ntls_pkey_id = \"\"\ntls_clientcert_id = \"\"\n", true, "https://gw", "01", "03")]
    [InlineData(Tls + "[p11]\ntls_pkey_id = \"0a\"\ntls_clientcert_id = \"0b\"\n", true, "https://gw", "0a", "0b")]
    [InlineData(Tls + "[p12]\ntls_pkey_id = \"0a\"\ntls_clientcert_id = \"0b\"\n", false, "https://gw", "01", "03")]
    [InlineData("[provision]\nserver = \"https://other\"\n[tls]\nca = \"file\"\n", false, "", "01", "03")]
    [InlineData("[tls]\nserver = 7\n", false, "", "01", "03")]
    public void A_file_is_read(string text, bool hasToken, string server, string keyId, string certificateId)
    {
        SotaToml toml = SotaToml.TryParse(text, out string problem)!;
        Assert.Equal(
            (hasToken, server, keyId, certificateId, string.Empty),
            (toml.HasToken, toml.GatewayServer, toml.TokenKeyId, toml.TokenCertificateId, problem));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("# a comment\n", "it is empty")]
    [InlineData("[tls", "it is no TOML")]
    public void What_is_none_has_a_problem(string text, string words)
    {
        Assert.Null(SotaToml.TryParse(text, out string problem));
        Assert.StartsWith(words, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_and_ids_of_its_own_are_written()
    {
        Assert.Equal(("label = \"mine\"", "0a", "0a"), Section(hsm => hsm with { TokenLabel = "mine", Objects = DeviceObjects.Under(new ObjectId("0a")) }));
        Assert.Equal(("pass = \"1234\"", "0b", "3f"), Section(decisions: new TokenDecisions { ExistingKey = new KeyReference(null, "0b"), ExistingCertificateId = "3f" }));
        Assert.Equal(("pass = \"1234\"", "01", "03"), Section(decisions: new TokenDecisions { ExistingKey = new KeyReference("label", null) }));
    }

    private static (string Label, string KeyId, string CertificateId) Section(Func<HsmSettings, HsmSettings>? change = null, TokenDecisions? decisions = null)
    {
        using Secret pin = SoftHsm.Secret("1234");
        var told = new HsmSettings { ModulePath = "/m.so", Pin = pin, SoPin = pin };
        string text = Encoding.UTF8.GetString(SotaToml.ParseAnswer(Tls).Encode(change?.Invoke(told) ?? told, decisions ?? TokenDecisions.None));
        SotaToml read = SotaToml.TryParse(text, out _)!;
        Assert.True(read.HasToken);
        Assert.StartsWith(Tls + "\n[p11]\nmodule = \"/m.so\"\npass = \"1234\"\n", text, StringComparison.Ordinal);
        return (text.Split('\n')[^4], read.TokenKeyId, read.TokenCertificateId);
    }
}
