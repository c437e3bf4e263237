using System.Net;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Tomlyn;
using Tomlyn.Model;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>The sota.toml of an answer, read as its two readers on the device do.</summary>
[Collection(SharedFactoryTests.Name)]
public sealed class SotaTomlTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Fact]
    public async Task It_has_the_reference_server_s_sections_and_our_gateway()
    {
        TomlTable toml = Parse(await TomlAsync(new JsonObject()));
        string gateway = factory.Gateway.GetLeftPart(UriPartial.Authority);
        Assert.Equal(["tls", "provision", "uptane", "pacman", "storage", "import"], toml.Keys);
        Assert.Equal(gateway, Value(toml, "tls", "server"));
        Assert.Equal(gateway, Value(toml, "provision", "server"));
        Assert.Equal("intel-corei7-64", Value(toml, "provision", "primary_ecu_hardware_id"));
        Assert.Equal(gateway + "/repo", Value(toml, "uptane", "repo_server"));
        Assert.Equal("ostree+compose_apps", Value(toml, "pacman", "type"));
        Assert.Equal("/var/sota/", Value(toml, "storage", "path"));
        Assert.Equal("/var/sota/root.crt", Value(toml, "import", "tls_cacert_path"));
        Assert.Equal("/var/sota/pkey.pem", Value(toml, "import", "tls_pkey_path"));
        Assert.Equal("/var/sota/client.pem", Value(toml, "import", "tls_clientcert_path"));
    }

    [Fact]
    public async Task The_overrides_of_a_device_with_a_token_are_applied()
    {
        string text = await TomlAsync(new JsonObject
        {
            ["tls"] = new JsonObject { ["pkey_source"] = "\"pkcs11\"", ["cert_source"] = "\"pkcs11\"" },
            ["storage"] = new JsonObject { ["tls_pkey_path"] = "", ["tls_clientcert_path"] = "" },
            ["import"] = new JsonObject { ["tls_pkey_path"] = "", ["tls_clientcert_path"] = "" },
            ["pacman"] = new JsonObject { ["reset_apps"] = "\" \"", ["compose_apps"] = "\"a,b\"" },
            ["uptane"] = new JsonObject { ["polling_sec"] = "12", ["force_install_completion"] = "true" },
        });
        TomlTable toml = Parse(text);
        Assert.Equal("pkcs11", Value(toml, "tls", "pkey_source"));
        Assert.Equal("a,b", Value(toml, "pacman", "compose_apps"));
        Assert.Equal(" ", Value(toml, "pacman", "reset_apps"));
        Assert.Equal(12L, Value(toml, "uptane", "polling_sec"));
        Assert.Equal(true, Value(toml, "uptane", "force_install_completion"));
        Assert.Equal(["tls_cacert_path"], ((TomlTable)toml["import"]).Keys);
        Assert.Contains("\n# tls_pkey_path is not set\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"{hardware_id.__class__}\"")]
    [InlineData("\"{gateway_server}\"")]
    [InlineData("\"%s {0} ${HOME} $(id)\"")]
    public async Task Nothing_in_a_value_is_expanded(string value)
    {
        string text = await TomlAsync(new JsonObject { ["pacman"] = new JsonObject { ["tags"] = value } });
        Assert.Contains($"tags = {value}\n", text, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> BadOverrides => new()
    {
        { "a\n[tls]", "key", "\"v\"" },
        { "a]", "key", "\"v\"" },
        { "a.b", "key", "\"v\"" },
        { "", "key", "\"v\"" },
        { "p11", "pass", "\"1234\"" },
        { "pacman", "a\n[evil]\nb", "\"v\"" },
        { "pacman", "a = 1 #", "\"v\"" },
        { "pacman", "a.b", "\"v\"" },
        { "pacman", "\"quoted\"", "\"v\"" },
        { "pacman", "", "\"v\"" },
        { "pacman", "tags", "main" },
        { "pacman", "tags", " " },
        { "pacman", "tags", "\"a\"\n[evil]" },
        { "pacman", "tags", "\"a\"\r\n" },
        { "pacman", "tags", "\"a\" # and more" },
        { "pacman", "tags", "[1, 2] # and more" },
        { "pacman", "tags", "1 # and more" },
        { "pacman", "tags", "# only a comment" },
        { "pacman", "tags", "\"a\" \"b\"" },
        { "pacman", "tags", "\"a\", \"b\"" },
        { "pacman", "tags", "\"a" },
        { "pacman", "tags", "\"a\\u0022\"" },
        { "pacman", "tags", "'a'" },
        { "pacman", "tags", "\"\"\"a\"\"\"" },
        { "pacman", "tags", "[\n1\n]" },
        { "pacman", "tags", "= 1" },
        { "pacman", "tags", new string('[', 20_000) },
        { "pacman", "tags", string.Concat(Enumerable.Repeat("{a=", 100)) },
        { "pacman", "unknown", "\"v\"" },
        { "unknown", "key", "\"v\"" },
        { "unknown", "key", "" },
        { "bootloader", "reboot_command", "\"/sbin/reboot\"" },
        { "pacman", "docker_compose_bin", "\"/tmp/evil\"" },
        { "tls", "server", "\"javascript:1\"" },
        { "uptane", "polling_sec", "\"soon\"" },
    };

    [Theory]
    [MemberData(nameof(BadOverrides))]
    public async Task An_override_that_would_not_mean_itself_is_refused(string section, string key, string value)
    {
        using HttpResponseMessage response = await RegisterAsync(new JsonObject { [section] = new JsonObject { [key] = value } });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("override", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"pacman": []}""")]
    [InlineData("""{"pacman": "x"}""")]
    [InlineData("""{"pacman": {"tags": 1}}""")]
    [InlineData("""{"pacman": {"tags": null}}""")]
    [InlineData("""{"pacman": {"tags": {"x": "1"}}}""")]
    [InlineData("""{"pacman": {"tags": ["1"]}}""")]
    public async Task Overrides_of_another_shape_are_refused(string overrides)
    {
        using HttpResponseMessage response = await RegisterAsync(JsonNode.Parse(overrides)!);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static TomlTable Parse(string text)
    {
        IniReader.Check(text);
        return TomlSerializer.Deserialize<TomlTable>(text)!;
    }

    private static object Value(TomlTable toml, string section, string key) => ((TomlTable)toml[section])[key];

    private async Task<HttpResponseMessage> RegisterAsync(JsonNode overrides)
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body["overrides"] = overrides;
        return await client.RegisterAsync(factory, body);
    }

    private async Task<string> TomlAsync(JsonNode overrides)
    {
        using HttpResponseMessage response = await RegisterAsync(overrides);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.TextAsync());
        return await response.JsonAsync("sota.toml");
    }
}
