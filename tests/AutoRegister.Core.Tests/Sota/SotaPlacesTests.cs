using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using AutoRegister.Core.Tests.Pkcs11;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A server that does not know where a device has its key: what it says is corrected with words, or refused.</summary>
public sealed class SotaPlacesTests : IDisposable
{
    private const string Tls = "[tls]\nserver = \"https://gw:8443\"\n";
    private const string Import =
        "\n[import]\ntls_cacert_path = \"/var/sota/root.crt\"\ntls_pkey_path = \"/var/sota/pkey.pem\"\ntls_clientcert_path = \"/var/sota/client.pem\"\n";

    private const string FileToml = Tls + "pkey_source = \"file\"\ncert_source = \"file\"\n" + Import;
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("sota-places-");
    private readonly RecordingObserver observer = new();
    private readonly Secret pin = SoftHsm.Secret("1234");

    public void Dispose()
    {
        root.Delete(recursive: true);
        pin.Dispose();
    }

    [Fact]
    public void A_key_file_device_gets_what_names_its_files_as_it_is()
    {
        Assert.Equal(FileToml, Fit(FileToml, token: false));
        Assert.Empty(observer.Warnings);
    }

    [Fact]
    public void A_server_that_ignores_the_overrides_is_corrected_on_a_token_device_and_said()
    {
        string text = Fit(FileToml + "\n[storage]\npath = \"/var/sota/\"\ntls_pkey_path = \"pkey.pem\"\n", token: true);
        Assert.StartsWith(
            Tls + "pkey_source = \"pkcs11\"\ncert_source = \"pkcs11\"\n\n[import]\ntls_cacert_path = \"/var/sota/root.crt\"\n\n[storage]\npath = \"/var/sota/\"\n\n[p11]\n",
            text,
            StringComparison.Ordinal);
        string warning = Assert.Single(observer.Warnings);
        Assert.Contains("[tls] pkey_source = \"pkcs11\" (was 'file')", warning, StringComparison.Ordinal);
        Assert.Contains("[import] tls_pkey_path is unset", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_says_nothing_of_it_is_corrected_on_a_token_device() => Assert.StartsWith(
        Tls + "pkey_source = \"pkcs11\"\ncert_source = \"pkcs11\"\n\n[import]\ntls_cacert_path = \"/var/sota/root.crt\"\n\n[p11]\n", Fit(Tls, token: true), StringComparison.Ordinal);

    [Theory]
    [InlineData("pkey_source", "pkcs11")]
    [InlineData("cert_source", "pkcs11")]
    [InlineData("ca_source", "pkcs11")]
    public void A_token_that_a_key_file_device_does_not_have_is_corrected(string key, string value)
    {
        Assert.Contains($"{key} = \"file\"\n", Fit($"{Tls}{key} = \"{value}\"\n{Import}", token: false), StringComparison.Ordinal);
        Assert.Single(observer.Warnings);
    }

    [Fact]
    public void Files_that_are_not_there_give_way_to_those_that_are()
    {
        Assert.EndsWith(Import, Fit(Tls + "\n[import]\ntls_cacert_path = \"/etc/ca\"\ntls_pkey_path = \"/var/sota/../key\"\ntls_clientcert_path = \"client.pem\"\n", token: false), StringComparison.Ordinal);
        Assert.EndsWith(Import, Fit(Tls, token: false), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Join(root.FullName, "etc"));
        File.WriteAllText(Path.Join(root.FullName, "etc", "ca"), "x");
        Assert.Contains("tls_cacert_path = \"/etc/ca\"\n", Fit(Tls + "\n[import]\ntls_cacert_path = \"/etc/ca\"\n", token: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[tls]\nserver = \"https://gw\"\nserver_url_path = \"/etc/url\"\n", "[tls] server_url_path names '/etc/url'")]
    [InlineData(Tls + "[provision]\nprovision_path = \"/etc/credentials.zip\"\n", "provision_path")]
    [InlineData(Tls + "[uptane]\nsecondary_config_file = \"/etc/secondaries.json\"\n", "secondary_config_file")]
    public void A_file_that_it_names_and_that_is_not_there_is_refused(string text, string says)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Fit(text, token: false));
        Assert.Equal(ErrorId.SotaTomlInvalid, error.Id);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private string Fit(string text, bool token)
    {
        HsmSettings? hsm = token ? new HsmSettings { ModulePath = "/m.so", Pin = pin, SoPin = pin } : null;
        var config = new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", Root = root.FullName, Hsm = hsm };
        string[] files = token ? ["root.crt", "client.pem", "sota.toml"] : ["root.crt", "client.pem", "sota.toml", "pkey.pem"];
        return Encoding.UTF8.GetString(new SotaPlaces(config, files).Fit(SotaToml.ParseAnswer(text), observer).Encode(hsm));
    }
}
