using System.Security.Cryptography.X509Certificates;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Revocation lists, as openssl judges them.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RevocationListTests
{
    private const string MaySign = "keyUsage=critical, keyCertSign, cRLSign\nbasicConstraints=critical, CA:TRUE, pathlen:0";

    [Fact]
    public async Task A_device_ca_that_may_sign_one_does()
    {
        using var folder = new FioctlFolder();
        folder.MakeDeviceCaAnew("local-ca", FactoryProcess.FactoryName, MaySign);
        await using ServeProcess server = await StartAsync(folder);
        using var gone = new TestDevice();
        using RotatingDevice revoked = await RotatingDevice.RegisterAsync(server, gone);
        using var stays = new TestDevice();
        using RotatingDevice good = await RotatingDevice.RegisterAsync(server, stays);
        await server.RunAsync("devices", "revoke", gone.Uuid, "--reason", "stolen");
        string list = Path.Combine(server.Home, "list.crl");
        Assert.Contains("1 certificates", await server.RunAsync("devices", "crl", "--out", list), StringComparison.Ordinal);

        Assert.Contains("revoked", Assert.Throws<InvalidOperationException>(() => Verify(server, list, revoked.Current)).Message, StringComparison.Ordinal);
        Verify(server, list, good.Current);
    }

    [SoftHsmFact]
    public void A_key_in_a_token_signs_it_too()
    {
        using var hsm = new SoftHsm();
        using var folder = new FioctlFolder();
        folder.MakeDeviceCaFor(hsm.PublicKey());
        using FactoryPki pki = folder.Open(settings => settings with { DeviceCaKey = hsm.Uri });
        var list = new RevocationList(pki.DeviceCa, pki.DeviceCaKey);
        Assert.Contains("cRLSign", list.Complaint, StringComparison.Ordinal);
        string path = Path.Combine(folder.Path, "list.crl");
        File.WriteAllText(path, list.Sign([("C6C60B8F", DateTimeOffset.UtcNow)], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)));
        Assert.Contains("C6C60B8F", Tool.Run("openssl", "crl", "-in", path, "-noout", "-text", "-CAfile", folder["local-ca.pem"]), StringComparison.Ordinal);
        _ = Tool.Run("sh", "-c", $"openssl crl -in '{path}' -noout -CAfile '{folder["local-ca.pem"]}' 2>&1 | grep -q 'verify OK'");
    }

    private static async Task<ServeProcess> StartAsync(FioctlFolder folder)
    {
        var server = new ServeProcess(folder: folder);
        await server.RunAsync("station", "add", "line-1", "--token-file", Path.Combine(server.Home, "station-token"));
        await server.StartAsync();
        return server;
    }

    private static void Verify(ServeProcess server, string list, X509Certificate2 certificate)
    {
        string path = Path.Combine(server.Home, "leaf.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        Tool.Run("openssl", "verify", "-crl_check", "-CAfile", server.Folder["factory_ca.pem"], "-untrusted", server.Folder["local-ca.pem"], "-CRLfile", list, path);
    }
}
