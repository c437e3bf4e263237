using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Core.Base;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>The request body is the one <c>lmp-device-register</c> sends, key for key.</summary>
public sealed class RegistrationRequestTests
{
    private const string Uuid = "9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1";
    private const string Csr = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n";

    private static readonly SotaConfig Config = new() { Factory = "acme", Tags = ["main"], HardwareId = "intel-corei7-64" };

    [Fact]
    public void Without_a_token() => AssertSame(
        """
        { "use-ostree-server": "true", "sota-config-dir": "/var/sota", "hardware-id": "intel-corei7-64",
          "name": "9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1", "uuid": "9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1",
          "csr": "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
          "overrides": {
            "pacman": { "type": "\"ostree+compose_apps\"",
                        "compose_apps_root": "\"/var/sota/compose-apps\"",
                        "reset_apps_root": "\"/var/sota/reset-apps\"", "reset_apps": "\" \"",
                        "tags": "\"main\"" } } }
        """,
        Config);

    [Fact]
    public void With_a_token_and_everything_told()
    {
        using var pin = Secret.FromUtf8("87654321"u8);
        AssertSame(
            """
            { "use-ostree-server": "false", "sota-config-dir": "/var/sota", "hardware-id": "intel-corei7-64",
              "name": "gateway-7", "uuid": "9f3f5b4e-7a35-4c1c-9a53-0c9b9d0ad8a1",
              "csr": "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
              "group": "line-2",
              "overrides": {
                "tls":     { "pkey_source": "\"pkcs11\"", "cert_source": "\"pkcs11\"" },
                "storage": { "tls_pkey_path": "", "tls_clientcert_path": "" },
                "import":  { "tls_pkey_path": "", "tls_clientcert_path": "" },
                "pacman":  { "type": "\"ostree+compose_apps\"",
                             "compose_apps_root": "\"/var/sota/compose-apps\"", "compose_apps": "\"app1,app2\"",
                             "reset_apps_root": "\"/var/sota/reset-apps\"", "reset_apps": "\"app3\"",
                             "tags": "\"main,devel\"" } } }
            """,
            Config with
            {
                Name = "gateway-7",
                DeviceGroup = "line-2",
                UseOstreeServer = false,
                Tags = ["main", "devel"],
                Apps = ["app1", "app2"],
                RestorableApps = ["app3"],
                Hsm = new HsmSettings { ModulePath = "/usr/lib/libckteec.so.0", Pin = pin, SoPin = pin },
            });
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "\"\"")]
    public void No_restorable_apps_leaves_it_to_the_image(bool preloaded, string? expected)
    {
        string root = Directory.CreateTempSubdirectory("image-").FullName;
        if (preloaded)
        {
            Directory.CreateDirectory(Path.Join(root, "var/sota/reset-apps"));
        }

        var observer = new RecordingObserver();
        RegistrationRequest request = RegistrationRequestBuilder.Build(Config with { Root = root, RestorableApps = [] }, Uuid, Csr, observer);

        Assert.Equal(expected, request.Overrides["pacman"].GetValueOrDefault("reset_apps"));
        Assert.Equal(preloaded, observer.Steps.Any(step => step.Contains("preloaded with Restorable Apps", StringComparison.Ordinal)));
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("line-2", "line-2")]
    public void A_group_is_left_out_unless_one_was_chosen(string? chosen, string? sent) =>
        Assert.Equal(sent, RegistrationRequestBuilder.Build(Config with { DeviceGroup = chosen }, Uuid, Csr, new RecordingObserver()).Group);

    private static void AssertSame(string expected, SotaConfig config)
    {
        RegistrationRequest request = RegistrationRequestBuilder.Build(config, Uuid, Csr, new RecordingObserver());
        JsonNode sent = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(request, EnrollmentJson.Default.RegistrationRequest))!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), sent), sent.ToJsonString());
    }
}
