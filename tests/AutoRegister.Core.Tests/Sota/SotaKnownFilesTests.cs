using System.Text;
using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>What the servers that exist hand out passes, and loses nothing but comments.</summary>
public sealed class SotaKnownFilesTests
{
    [Fact]
    public void What_the_reference_server_makes_of_a_token_devices_request_passes() => Passes(
        """
        [tls]
        server = "https://ota-gateway.example:8443"
        ca_source = "file"
        pkey_source = "pkcs11"
        cert_source = "pkcs11"

        [provision]
        server = "https://ota-gateway.example:8443"
        primary_ecu_hardware_id = "intel-corei7-64"

        [uptane]
        repo_server = "https://ota-gateway.example:8443/repo"
        key_source = "file"

        [pacman]
        type = "ostree+compose_apps"
        ostree_server = "https://ostree.example/ostree"
        compose_apps_root = "/var/sota/compose-apps"
        compose_apps = "app1,app2"
        reset_apps_root = "/var/sota/reset-apps"
        reset_apps = " "
        tags = "main"

        [storage]
        type = "sqlite"
        path = "/var/sota/"
        # tls_pkey_path is not set
        # tls_clientcert_path is not set

        [import]
        tls_cacert_path = "/var/sota/root.crt"
        # tls_pkey_path is not set
        # tls_clientcert_path is not set
        """);

    [Fact]
    public void Every_key_that_aktualizr_documents_passes_but_the_programs_it_runs() => Passes(
        """
        [logger]
        loglevel = 2

        [tls]
        server = "https://ota-lite.example:8443"
        server_url_path = ""
        ca_source = "file"
        pkey_source = "file"
        cert_source = "file"

        [provision]
        server = "https://ota-lite.example:8443"
        p12_password = ""
        expiry_days = "36000"
        provision_path = ""
        device_id = ""
        primary_ecu_serial = ""
        primary_ecu_hardware_id = "imx8mmevk"
        ecu_registration_endpoint = "https://ota-lite.example:8443/director/ecus"
        mode = "DeviceCred"

        [uptane]
        polling_sec = 300
        director_server = "https://ota-lite.example:8443/director"
        repo_server = "https://ota-lite.example:8443/repo"
        key_source = "file"
        key_type = "RSA2048"
        force_install_completion = false
        secondary_config_file = ""
        secondary_preinstall_wait_sec = 600

        [pacman]
        type = "ostree+compose_apps"
        os = ""
        sysroot = ""
        ostree_server = "https://ota-lite.example:8443/treehub"
        images_path = "/var/sota/images"
        packages_file = "/usr/package.manifest"
        fake_need_reboot = false
        booted = "1"
        tags = "master"
        compose_apps_root = "/var/sota/compose-apps"
        compose_apps = "shellhttpd,fiotest"
        compose_apps_tree = "/var/sota/compose-apps-tree"
        create_apps_tree = "1"
        compose_apps_proxy = "https://ota-lite.example:8443/app-proxy-url"
        reset_apps_root = "/var/sota/reset-apps"
        reset_apps = ""
        images_data_root = "/var/lib/docker"
        docker_prune = "1"
        force_update = "0"
        create_containers_before_reboot = "0"
        stop_apps_before_update = "1"
        storage_watermark = "60"
        hub_auth_creds_endpoint = "https://ota-lite.example:8443/hub-creds/"

        [storage]
        type = "sqlite"
        path = "/var/sota/"
        sqldb_path = "sql.db"
        uptane_metadata_path = "/var/sota/metadata"
        uptane_private_key_path = "ecukey.der"
        uptane_public_key_path = "ecukey.pub"
        tls_cacert_path = "root.crt"
        tls_pkey_path = "pkey.pem"
        tls_clientcert_path = "client.pem"

        [import]
        base_path = "/var/sota/import"
        uptane_private_key_path = ""
        uptane_public_key_path = ""
        tls_cacert_path = "/var/sota/root.crt"
        tls_pkey_path = "/var/sota/pkey.pem"
        tls_clientcert_path = "/var/sota/client.pem"

        [telemetry]
        report_network = true
        report_config = true

        [bootloader]
        rollback_mode = "uboot_masked"
        reboot_sentinel_dir = "/var/run/aktualizr-session"
        reboot_sentinel_name = "need_reboot"
        """);

    private static void Passes(string text)
    {
        string[] lines = [.. text.Split('\n').Where(line => !line.StartsWith('#'))];
        Assert.Equal(string.Join('\n', lines) + "\n", Encoding.UTF8.GetString(SotaToml.ParseAnswer(text).Encode(hsm: null)));
    }
}
