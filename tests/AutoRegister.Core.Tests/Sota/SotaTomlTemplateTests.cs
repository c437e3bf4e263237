using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>The file the local factory answers with, line by line.</summary>
public sealed class SotaTomlTemplateTests
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> None = [];

    [Fact]
    public void Every_device_gets_these_lines() => Assert.Equal(
        """
        [tls]
        server = "https://gateway.example:8443"
        ca_source = "file"
        pkey_source = "file"
        cert_source = "file"

        [provision]
        server = "https://gateway.example:8443"
        primary_ecu_hardware_id = "board"

        [uptane]
        repo_server = "https://gateway.example:8443/repo"
        key_source = "file"

        [pacman]
        type = "ostree+compose_apps"
        ostree_server = "https://ostree.example"

        [storage]
        type = "sqlite"
        path = "/var/sota/"

        [import]
        tls_cacert_path = "/var/sota/root.crt"
        tls_pkey_path = "/var/sota/pkey.pem"
        tls_clientcert_path = "/var/sota/client.pem"

        """,
        Make("true").ToString());

    [Fact]
    public void Without_an_ostree_server_its_key_is_unset()
    {
        string text = Make("false").ToString();
        Assert.Contains("\n# ostree_server is not set\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ostree.example", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Overrides_replace_add_and_unset_and_nothing_comes_twice()
    {
        var overrides = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["tls"] = new Dictionary<string, string> { ["pkey_source"] = "\"pkcs11\"", ["cert_source"] = "" },
            ["p11"] = new Dictionary<string, string> { ["module"] = "\"/module.so\"" },
        };
        string text = Make("true").With(overrides).ToString();
        Assert.Contains("pkey_source = \"pkcs11\"\n# cert_source is not set\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n\n[p11]\nmodule = \"/module.so\"\n", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("pkey_source").Length);
    }

    private static SotaTomlTemplate Make(string useOstreeServer) => SotaTomlTemplate.For(
        new RegistrationRequest
        {
            UseOstreeServer = useOstreeServer, SotaConfigDir = "/var/sota", HardwareId = "board", Name = "lamp",
            Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751", Csr = "csr", Overrides = None,
        },
        new Uri("https://gateway.example:8443/below"),
        "https://ostree.example");
}
