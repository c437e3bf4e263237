using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

[Collection(SharedFactoryTests.Name)]
public sealed class RegistrationTests(SharedFactory shared)
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;

    [Fact]
    public async Task A_registration_answers_with_exactly_the_four_files()
    {
        using var device = new TestDevice();
        using HttpResponseMessage response = await client.RegisterAsync(factory, device.Body());

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        IEnumerable<string> names = (await response.JsonAsync()).EnumerateObject().Select(file => file.Name);
        Assert.Equal(["client.chained", "client.pem", "root.crt", "sota.toml"], names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_certificate_is_what_a_device_needs(bool production)
    {
        using var device = new TestDevice();
        string csr = production ? device.Csr(("2.5.4.15", "production")) : device.Csr();
        using HttpResponseMessage response = await client.RegisterAsync(factory, device.Body(csr));
        using var certificate = X509Certificate2.CreateFromPem(await response.JsonAsync("client.pem"));

        (string, string)[] category = production ? [("2.5.4.15", "production")] : [];
        Assert.Equal(Pki.DistinguishedName.Encode([.. device.Subject, .. category]).RawData, certificate.SubjectName.RawData);
        // RFC 5280: positive, and not guessed.
        Assert.InRange(certificate.SerialNumberBytes.Length, 15, 17);
        Assert.Equal(device.Key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.True(certificate.NotBefore < DateTime.Now);
        Assert.True(certificate.NotAfter > DateTime.Now.AddDays(7299));

        var extensions = certificate.Extensions.ToDictionary(extension => extension.Oid!.Value!);
        Assert.Equal(["2.5.29.14", "2.5.29.15", "2.5.29.35", "2.5.29.37"], extensions.Keys.Order(StringComparer.Ordinal));
        Assert.True(extensions["2.5.29.15"].Critical);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, ((X509KeyUsageExtension)extensions["2.5.29.15"]).KeyUsages);
        Assert.True(extensions["2.5.29.37"].Critical);
        OidCollection usages = ((X509EnhancedKeyUsageExtension)extensions["2.5.29.37"]).EnhancedKeyUsages;
        Assert.Equal("1.3.6.1.5.5.7.3.2", Assert.Single(usages.Cast<Oid>()).Value);
    }

    [Fact]
    public async Task The_chain_leads_from_the_device_over_the_device_CA_to_the_root()
    {
        using var device = new TestDevice();
        using HttpResponseMessage response = await client.RegisterAsync(factory, device.Body());
        JsonElement files = await response.JsonAsync();
        var sent = new X509Certificate2Collection();
        sent.ImportFromPem(files.GetProperty("client.chained").GetString());
        using var root = X509Certificate2.CreateFromPem(files.GetProperty("root.crt").GetString());
        Assert.Equal(2, sent.Count);

        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.Add(sent[1]);
        Assert.True(chain.Build(sent[0]), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.Equal(3, chain.ChainElements.Count);
        Assert.Contains("OU=acme", sent[1].Subject, StringComparison.Ordinal);
        Assert.Equal(0, sent[1].Extensions.OfType<X509BasicConstraintsExtension>().Single().PathLengthConstraint);
        Assert.Equal(await File.ReadAllTextAsync(factory.CaFile), files.GetProperty("root.crt").GetString());
    }

    [Theory]
    [InlineData("OSF-TOKEN")]
    [InlineData("Authorization")]
    public async Task The_token_is_taken_from_either_header(string header)
    {
        using var device = new TestDevice();
        string value = header == "OSF-TOKEN" ? factory.Token : "Bearer " + Convert.ToBase64String(Encoding.UTF8.GetBytes(factory.Token));
        using HttpResponseMessage response = await client.PostAsync(factory.Api, device.Body(), (header, value));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("OSF-TOKEN", "wrong")]
    [InlineData("OSF-TOKEN", "")]
    [InlineData("Authorization", "Bearer d3Jvbmc=")]
    [InlineData("Authorization", "Bearer not base64")]
    [InlineData("Authorization", "Basic d3Jvbmc6d3Jvbmc=")]
    [InlineData("X-Other", "nothing")]
    public async Task Without_the_right_token_the_answer_is_401_in_the_hosted_service_s_words(string header, string value)
    {
        using var device = new TestDevice();
        using HttpResponseMessage response = await client.PostAsync(factory.Api, device.Body(), (header, value));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Provided token value is not valid", await response.JsonAsync("error"));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Sign_needs_no_token_and_no_name_but_refuses_a_group()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body();
        body.Remove("uuid");
        body.Remove("name");
        body["group"] = "lab";
        using HttpResponseMessage refused = await client.PostAsync(factory.Sign, body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("group", await refused.ReasonAsync(), StringComparison.Ordinal);

        body.Remove("group");
        using HttpResponseMessage response = await client.PostAsync(factory.Sign, body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Contains(await factory.ListAsync(), entry => entry.GetProperty("uuid").GetString() == device.Uuid);
    }

    [Fact]
    public async Task The_ledger_lists_what_a_device_said_of_itself()
    {
        using var device = new TestDevice();
        JsonObject body = device.Body(device.Csr(("2.5.4.15", "production")));
        body["name"] = "café lamp 7";
        body["group"] = "lab";
        (await client.RegisterAsync(factory, body)).Dispose();

        JsonElement entry = (await factory.ListAsync()).Single(d => d.GetProperty("uuid").GetString() == device.Uuid);
        Assert.Equal("café lamp 7", entry.GetProperty("name").GetString());
        Assert.Equal("lab", entry.GetProperty("group").GetString());
        Assert.Equal("main", entry.GetProperty("tags").GetString());
        Assert.Equal("intel-corei7-64", entry.GetProperty("hardwareId").GetString());
        Assert.True(entry.GetProperty("production").GetBoolean());
        (int ExitCode, string Output, string Error) table = await FactoryCommand.RunAsync("devices", "list", "--data", factory.Data);
        Assert.Contains("café lamp 7", table.Output, StringComparison.Ordinal);
    }
}
