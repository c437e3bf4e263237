using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>Renewal by a device whose keys are in a token, as fioconfig's are with an HSM: TLS and CSR are openssl's and curl's, by PKCS#11.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class TokenRenewalTests
{
    [SoftHsmFact]
    public async Task A_device_renews_its_certificate_with_one_key_of_its_token_after_the_other()
    {
        using var hsm = new SoftHsm();
        Environment.SetEnvironmentVariable("PKCS11_MODULE_PATH", SoftHsm.ModulePath);
        await using ServeProcess server = await ServeProcess.StartAsync(settings => settings["Est"] = new JsonObject { ["Listen"] = "127.0.0.1:0", ["SuccessStatus"] = 200 });
        using var device = new TestDevice();
        // The id 01 is another key's in this token.
        SoftHsm.MakeKey("EC:prime256v1", "tls", "02");
        using HttpClient client = server.Client();
        using HttpResponseMessage answer = await client.PostAsync(server.Registration, device.Body(Csr(server, device, "02", "PEM")), ("OSF-TOKEN", server.Token));
        Assert.True(answer.IsSuccessStatusCode, await answer.TextAsync());
        using var first = X509Certificate2.CreateFromPem(await answer.JsonAsync("client.pem"));

        SoftHsm.MakeKey("EC:prime256v1", "tls", "07");
        using X509Certificate2 second = Renew(server, device, first, "02", "07");
        SoftHsm.MakeKey("EC:prime256v1", "tls", "08");
        using X509Certificate2 third = Renew(server, device, second, "07", "08");
        Assert.Equal(3, new[] { first, second, third }.Select(certificate => certificate.GetPublicKeyString()).Distinct().Count());
        Assert.Contains("replaced", Assert.Throws<InvalidOperationException>(() => Renew(server, device, first, "02", "07")).Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Renew(ServeProcess server, TestDevice device, X509Certificate2 current, string currentId, string newId)
    {
        string csr = Path.Combine(server.Home, "renewal.b64");
        File.WriteAllText(csr, Convert.ToBase64String(File.ReadAllBytes(Csr(server, device, newId, "DER"))));
        string shown = Path.Combine(server.Home, "current.pem");
        File.WriteAllText(shown, current.ExportCertificatePem());
        string body = Tool.Run(
            "curl", "--silent", "--show-error", "--fail-with-body", "--cacert", server.Folder["factory_ca.pem"], "--resolve", $"{FioctlFolder.Host}:{server.Est.Port}:127.0.0.1",
            "--engine", "pkcs11", "--key-type", "ENG", "--key", KeyUri(currentId), "--cert", shown,
            "--header", "Content-Type: application/pkcs10", "--data-binary", $"@{csr}", $"{server.Est}/simplereenroll");
        X509Certificate2 renewed = Assert.Single(RotatingDevice.Certificates(body));
        Assert.Equal(current.SubjectName.RawData, renewed.SubjectName.RawData);
        return renewed;
    }

    // PEM as text; DER as the path of a file.
    private static string Csr(ServeProcess server, TestDevice device, string id, string form)
    {
        string config = Path.Combine(server.Home, "csr.cnf");
        File.WriteAllText(
            config,
            $"[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = dn\nreq_extensions = ext\n[dn]\nCN = {device.Uuid}\nOU = {FactoryProcess.FactoryName}\n"
            + "[ext]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = critical, clientAuth\n");
        string csr = Path.Combine(server.Home, "device.csr");
        Tool.Run("openssl", "req", "-new", "-config", config, "-engine", "pkcs11", "-keyform", "engine", "-key", KeyUri(id), "-outform", form, "-out", csr);
        return form == "PEM" ? File.ReadAllText(csr) : csr;
    }

    private static string KeyUri(string id) => $"pkcs11:token=factory;id=%{id};type=private;pin-value={SoftHsm.Pin}";
}
