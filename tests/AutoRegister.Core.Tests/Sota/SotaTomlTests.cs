using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A server's sota.toml: decoded, checked name by name, and written anew for both readers.</summary>
public sealed class SotaTomlTests
{
    private const string Tls = "[tls]\nserver = \"https://gw:8443\"\n";
    private const string Good = Tls + "\n[pacman]\ntags = \"main\"\n";

    [Fact]
    public void What_is_in_the_one_form_already_is_written_as_it_came() => Assert.Equal(Good, Written(Good));

    [Fact]
    public void Whatever_the_spelling_it_is_written_in_the_one_form_that_both_readers_read_alike()
    {
        string text =
            """
            # a comment
            pacman = { tags = 'main', "docker_prune" = false }   # an inline table
            "tls".server = "https://gw:844\u0033" # dotted, quoted, escaped
            [ uptane ]
            "polling_sec" = 1_000
            secondary_preinstall_wait_sec = "60"
            force_install_completion = true
            [storage]
            path = '''
            /var/sota/'''
            [telemetry]
            """;
        Assert.Equal(
            """
            [pacman]
            tags = "main"
            docker_prune = "0"

            [tls]
            server = "https://gw:8443"

            [uptane]
            polling_sec = 1000
            secondary_preinstall_wait_sec = 60
            force_install_completion = true

            [storage]
            path = "/var/sota/"

            """,
            Written(text));
    }

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
    [InlineData("[tls]\nserver = \"https://gw\"\n[tls]\nca_source = \"file\"\n", "no TOML")]
    [InlineData("[tls]\nserver = \"https://gw\"\n[\"tls\"]\nca_source = \"file\"\n", "no TOML")]
    [InlineData("[pacman]\ntags = \"main\"\n", "no https server")]
    [InlineData("[tls]\nserver = \"http://gw\"\n", "no https server")]
    [InlineData("[tls]\nserver = \"gw\"\n", "no http or https URL")]
    [InlineData("server = \"https://gw\"\n", "line 1: 'server' is in no section")]
    [InlineData(Tls + "[tls.more]\nserver = \"x\"\n", "line 3: 'tls.more' is no single value")]
    [InlineData(Tls + "[[pacman]]\ntags = \"x\"\n", "line 3: 'pacman'")]
    [InlineData(Tls + "[pacman]\ntags = [ \"x\" ]\n", "line 4: 'pacman.tags' is no single value")]
    [InlineData(Tls + "[pacman]\ntags = 7\n", "line 4: 'pacman.tags' is no text")]
    [InlineData(Tls + "[pacman]\ntags = \"a\\\"b\"\n", "double quote")]
    [InlineData(Tls + "[pacman]\ntags = 'a\\b'\n", "backslash")]
    [InlineData(Tls + "[pacman]\ntags = \"a\\nb\"\n", "U+000A")]
    [InlineData(Tls + "[pacman]\ntags = \"a\\u001bb\"\n", "U+001B")]
    [InlineData(Tls + "[uptane]\npolling_sec = \"soon\"\n", "no whole number")]
    [InlineData(Tls + "[uptane]\npolling_sec = -1\n", "no whole number")]
    [InlineData(Tls + "[uptane]\npolling_sec = true\n", "no whole number")]
    [InlineData(Tls + "[telemetry]\nreport_network = \"yes\"\n", "neither true nor false")]
    [InlineData(Tls + "[pacman]\ndocker_prune = \"no\"\n", "neither \"1\" nor \"0\"")]
    [InlineData(Tls + "[storage]\npath = \"/a&b\"\n", "'&'")]
    [InlineData(Tls + "[uptane]\nkey_source = \"tpm\"\n", "neither \"file\" nor \"pkcs11\"")]
    public void What_one_of_its_readers_cannot_use_is_refused(string text, string says) => Refused(text, says);

    [Theory]
    [InlineData("[p11]\nmodule = \"/x\"\n")]
    [InlineData("[p11]\n")]
    [InlineData("[\"p11\"]\nmodule = \"/x\"\n")]
    [InlineData("['p11']\nmodule = \"/x\"\n")]
    [InlineData("[\"\\u0070\\u00311\"]\nmodule = \"/x\"\n")]
    [InlineData("[\"\\U00000070\\x31\\x31\"]\nmodule = \"/x\"\n")]
    [InlineData("[p11.x]\nmodule = \"/x\"\n")]
    [InlineData("['p11'.\"x\"]\n")]
    [InlineData("[ p11 ]\n")]
    [InlineData("[[p11]]\nmodule = \"/x\"\n")]
    public void A_token_section_of_the_servers_is_refused_in_any_spelling(string section) => Refused(Tls + section, "p11");

    [Theory]
    [InlineData("p11.module = \"/x\"\n")]
    [InlineData("'p11'.module = \"/x\"\n")]
    [InlineData("\"p\\u00311\".module = \"/x\"\n")]
    [InlineData("p11 = { module = \"/x\" }\n")]
    [InlineData("p11.x.module = \"/x\"\n")]
    [InlineData("p11 = 1\n")]
    public void A_token_section_above_all_others_is_refused_in_any_spelling(string line) => Refused(line + Tls, "p11");

    [Theory]
    [InlineData("bootloader", "reboot_command")]
    [InlineData("pacman", "callback_program")]
    [InlineData("pacman", "docker_images_reload_cmd")]
    [InlineData("pacman", "docker_compose_bin")]
    [InlineData("pacman", "skopeo_bin")]
    [InlineData("pacman", "composectl_bin")]
    public void What_the_OTA_client_would_run_is_refused_and_no_setting_allows_it(string section, string key)
    {
        Refused($"{Tls}[{section}]\n{key} = \"/bin/true\"\n", $"line 4: '{section}.{key}' is a command");
        Refused($"{Tls}[\"{section}\"]\n\"\\u00{(int)key[0]:x2}{key[1..]}\" = ''\n", $"'{section}.{key}' is a command");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SotaKeys.Standard.With([$"{section}.{key}"], "here"));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
    }

    [Theory]
    [InlineData("[daemon]\n", "'daemon' is no section")]
    [InlineData("[P11]\n", "'P11' is no section")]
    [InlineData("[pacman]\npolling = 1\n", "'pacman.polling' is no key")]
    public void What_nobody_knows_is_refused_with_the_way_to_allow_it(string text, string says)
    {
        Refused(Tls + text, says);
        Refused(Tls + text, "/etc/sota/toml-keys of the device can add it");
    }

    [Fact]
    public void A_setting_adds_sections_and_keys_with_their_kinds()
    {
        SotaKeys keys = SotaKeys.Standard.With(["daemon.name", "daemon.level : number", "pacman.mirror:url"], "here");
        string text = Tls + "\n[daemon]\nname = \"x\"\nlevel = 3\n\n[pacman]\nmirror = \"https://m\"\n";
        Assert.Equal(text, Encoding.UTF8.GetString(SotaToml.ParseAnswer(text, keys).Encode(null)));
        Assert.Contains("no whole number", Fail(Tls + "[daemon]\nlevel = \"x\"\n", keys).Message, StringComparison.Ordinal);
        Assert.Null(SotaKeys.Standard.KindOf("daemon", "name"));
    }

    [Theory]
    [InlineData("daemon")]
    [InlineData("a.b.c")]
    [InlineData(".b")]
    [InlineData("a.")]
    [InlineData("a.b:color")]
    [InlineData("a.b:3")]
    [InlineData("a.b:text:text")]
    [InlineData("a b.c")]
    [InlineData("p11.label")]
    public void A_setting_that_names_no_key_is_refused(string name)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SotaKeys.Standard.With([name], "/etc/sota/toml-keys:3"));
        Assert.Equal((ErrorId.SettingInvalid, name), (error.Id, error.Target));
        Assert.StartsWith("/etc/sota/toml-keys:3: ", error.Message, StringComparison.Ordinal);
    }

    private static string Written(string text) => Encoding.UTF8.GetString(SotaToml.ParseAnswer(text).Encode(hsm: null));

    private static void Refused(string text, string says) => Assert.Contains(says, Fail(text).Message, StringComparison.Ordinal);

    private static AutoRegisterException Fail(string text, SotaKeys? keys = null)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => SotaToml.ParseAnswer(text, keys));
        Assert.Equal(ErrorId.SotaTomlInvalid, error.Id);
        return error;
    }
}
