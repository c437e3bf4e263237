using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>An anchor adds trust in a chain, and in nothing else: not in a name, not in a server without a certificate.</summary>
public sealed class TrustAnchorTests : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string file = Path.GetTempFileName();
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 intermediate;
    private readonly X509Certificate2 leaf;

    public TrustAnchorTests()
    {
        root = Authority("CN=root").CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        intermediate = Issue(Authority("CN=between"), root, 1);
        leaf = Issue(new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256), intermediate, 2);
    }

    [Theory]
    [InlineData(SslPolicyErrors.None, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateChainErrors, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateNotAvailable, false)]
    public void Only_a_broken_chain_is_mended(SslPolicyErrors errors, bool trusted) =>
        Assert.Equal(trusted, Trusts(TrustAnchor.Of(root), root, null, errors));

    [Fact]
    public void Without_a_certificate_there_is_nothing_to_trust()
    {
        var anchor = TrustAnchor.Of(root);
        Assert.False(Trusts(anchor, null, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.True(Trusts(anchor, null, null, SslPolicyErrors.None));
    }

    [Fact]
    public void What_the_server_sent_between_is_used()
    {
        using var sent = new X509Chain();
        sent.ChainPolicy.ExtraStore.Add(intermediate);
        var anchor = TrustAnchor.Of(root);
        Assert.True(Trusts(anchor, leaf, sent, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(Trusts(anchor, leaf, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void Another_root_of_the_same_name_is_not_trusted()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=root", other, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 stranger = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        Assert.False(Trusts(TrustAnchor.Of(root), stranger, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void Every_certificate_of_a_file_is_an_anchor()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 first = new CertificateRequest("CN=first", other, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9));
        File.WriteAllText(file, first.ExportCertificatePem() + "\n" + root.ExportCertificatePem());
        var anchor = TrustAnchor.Load(file);
        Assert.True(Trusts(anchor, first, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.True(Trusts(anchor, root, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(Trusts(anchor, leaf, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void A_file_that_says_nothing_is_named()
    {
        AutoRegisterException empty = Assert.Throws<AutoRegisterException>(() => TrustAnchor.Load(file));
        Assert.Equal((ErrorId.CaFileInvalid, (object)file), (empty.Id, empty.Target));
        string folder = Path.GetTempPath();
        AutoRegisterException unreadable = Assert.Throws<AutoRegisterException>(() => TrustAnchor.Load(folder));
        Assert.Equal((ErrorId.FileUnreadable, (object)folder), (unreadable.Id, unreadable.Target));
    }

    public void Dispose()
    {
        root.Dispose();
        intermediate.Dispose();
        leaf.Dispose();
        key.Dispose();
        File.Delete(file);
    }

    private static bool Trusts(TrustAnchor anchor, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        CertificateTerm? term = null;
        return anchor.Validate(certificate, chain, errors, ref term);
    }

    private CertificateRequest Authority(string name)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private X509Certificate2 Issue(CertificateRequest request, X509Certificate2 issuer, byte serial) => request.Create(
        issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [serial]);
}
