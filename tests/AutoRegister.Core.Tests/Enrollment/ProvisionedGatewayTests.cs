using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Enrollment;

public sealed class ProvisionedGatewayTests : IDisposable
{
    private readonly string root = Path.GetTempFileName();

    public ProvisionedGatewayTests()
    {
        byte[] certificate = TestCertificate.ForNewKey("root");
        File.WriteAllText(root, "a word before\n" + Pem.Encode("CERTIFICATE", certificate));
    }

    public void Dispose() => File.Delete(root);

    [Theory]
    [InlineData("http://ota.example.com:8443", "no absolute https URL")]
    [InlineData("ota.example.com", "no absolute https URL")]
    [InlineData("https://ota.example.com:8443/repo", "has a path")]
    [InlineData("https://user:word@ota.example.com", "has a user name")]
    [InlineData("https://ota.example.com/?q=1", "has a path")]
    [InlineData("https://ota.example.com/#part", "or a fragment")]
    public void What_is_no_gateway_is_refused(string url, string says)
    {
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => ProvisionedGateway.Load(url, null, root));

        Assert.Equal(ErrorId.SettingInvalid, e.Id);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_file_must_hold_a_certificate_and_only_that_is_taken()
    {
        Assert.StartsWith("-----BEGIN", ProvisionedGateway.Load("https://ota.example.com:8443/", null, root).RootCertificate, StringComparison.Ordinal);
        Assert.Equal(ErrorId.CaFileInvalid, Assert.Throws<AutoRegisterException>(() => ProvisionedGateway.Load("https://ota.example.com", null, "/etc/passwd")).Id);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => ProvisionedGateway.Load("https://ota.example.com", null, "/nonexistent")).Id);
    }

    [Fact]
    public void All_certificates_of_the_root_file_are_taken()
    {
        File.AppendAllText(root, "between\n" + Pem.Encode("CERTIFICATE", TestCertificate.ForNewKey("other")));
        var gateway = ProvisionedGateway.Load("https://ota.example.com:8443/", null, root);
        Assert.Equal(2, Pem.DecodeAll("CERTIFICATE", gateway.RootCertificate).Count);
        Assert.DoesNotContain("between", gateway.RootCertificate, StringComparison.Ordinal);
        Assert.Equal(new Uri("https://ota.example.com:8443"), gateway.Server);
    }

    [Theory]
    [InlineData("http://ostree.example.com/repo")]
    [InlineData("/repo")]
    [InlineData("https://user@ostree.example.com/repo")]
    public void An_ostree_server_must_be_https_too(string url)
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => ProvisionedGateway.Load("https://ota.example.com", url, root));
        Assert.Equal(ErrorId.SettingInvalid, error.Id);
        Assert.Contains("OSTree server", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://ota.example.com:8443/treehub")]
    [InlineData("https://ostree.example.com/repo/", "https://ostree.example.com/repo")]
    public void Where_ostree_content_is_follows_the_gateway_unless_told(string? given, string expected) =>
        Assert.Equal(expected, ProvisionedGateway.Load("https://ota.example.com:8443", given, root).OstreeServer);
}
