using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Keys;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.X509;

/// <summary>Certificates that are legal and unusual: what servers and clients accept is accepted, and what is not has its true reason.</summary>
public sealed class LegalCertificatesTests : IDisposable
{
    private const string Uuid = "3b5278b1-fdbc-418a-9d66-8d533fc8b751";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset NoEnd = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
    private static readonly DeviceSubject Subject = new(Uuid, "acme", Production: false);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => key.Dispose();

    [Fact]
    public void One_that_never_ends_as_IEEE_802_1AR_has_it_is_taken()
    {
        Assert.Null(Difference(Name(Uuid, "acme"), end: NoEnd));
        Assert.Equal(NoEnd.UtcDateTime, Issue(Name(Uuid, "acme"), end: NoEnd).NotAfter);
    }

    [Fact]
    public void One_that_begins_with_the_calendar_is_taken() => Assert.Null(Difference(Name(Uuid, "acme"), from: new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void A_clock_at_the_end_of_the_calendar_is_no_defect() =>
        Assert.Contains("expired at 2036", Issue(Name(Uuid, "acme")).FindDifference(Subject, Fingerprint(), DateTimeOffset.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void A_chain_with_certificates_that_never_end_is_taken()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using X509Certificate2 root = rootRequest.CreateSelfSigned(Now.AddYears(-1), NoEnd);
        using X509Certificate2 leaf = Request(Name(Uuid, "acme"), ClientAuthentication).Create(root, Now.AddDays(-1), NoEnd, [1, 2, 3]);
        string pem = leaf.ExportCertificatePem() + "\n";
        var issued = IssuedCertificate.Parse(pem);
        issued.CheckBelongsTo(Subject, Fingerprint());
        issued.CheckTime(Now);
        issued.CheckChain(root.ExportCertificatePem(), pem + root.ExportCertificatePem(), Now);
    }

    [Fact]
    public void CN_and_OU_may_stand_in_one_relative_name()
    {
        IssuedCertificate certificate = Issue(OneRelativeName());
        Assert.Equal((Uuid, "acme"), (certificate.CommonName, certificate.OrganizationalUnit));
        Assert.Null(certificate.FindDifference(Subject, Fingerprint(), Now));
    }

    [Theory]
    [InlineData("other", "acme")]
    [InlineData("acme", "other")]
    public void The_factory_may_be_one_of_several_OUs(string first, string second) => Assert.Null(Difference(Name(Uuid, first, second)));

    [Fact]
    public void Where_none_of_the_OUs_is_the_factory_all_are_named() =>
        Assert.Equal("is of the factory 'one' and 'two', not of 'acme'", Difference(Name(Uuid, "one", "two")));

    [Fact]
    public void Two_device_names_are_refused_for_being_two() =>
        Assert.Contains("several device names", Difference(new X500DistinguishedName($"CN={Uuid},CN=other,OU=acme")), StringComparison.Ordinal);

    [Theory]
    [InlineData(AnyUsage)]
    [InlineData(ServerAuthentication + " " + AnyUsage)]
    [InlineData(ServerAuthentication + " " + ClientAuthentication)]
    [InlineData("")]
    public void Usages_that_servers_take_for_client_authentication_are_taken(string usages) => Assert.Null(Difference(Name(Uuid, "acme"), usages: usages));

    [Fact]
    public void The_reason_says_which_usage_is_in_the_way()
    {
        Assert.Contains($"extended key usage is {ServerAuthentication}", Difference(Name(Uuid, "acme"), usages: ServerAuthentication), StringComparison.Ordinal);
        CertificateRequest request = Request(Name(Uuid, "acme"), ClientAuthentication);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, critical: true));
        Assert.Contains("key usage is KeyAgreement, without DigitalSignature", Sign(request, Now.AddDays(-1), Now.AddDays(30)).FindDifference(Subject, Fingerprint(), Now), StringComparison.Ordinal);
    }

    private string Fingerprint() => PublicKeyHash.Of(key.ExportSubjectPublicKeyInfo());

    private string? Difference(X500DistinguishedName subject, DateTimeOffset? from = null, DateTimeOffset? end = null, string usages = ClientAuthentication) =>
        Issue(subject, from, end, usages).FindDifference(Subject, Fingerprint(), Now);

    private IssuedCertificate Issue(X500DistinguishedName subject, DateTimeOffset? from = null, DateTimeOffset? end = null, string usages = ClientAuthentication) =>
        Sign(Request(subject, usages), from ?? Now.AddDays(-1), end ?? new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private IssuedCertificate Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset end)
    {
        using X509Certificate2 signed = request.Create(new X500DistinguishedName("CN=ca"), X509SignatureGenerator.CreateForECDsa(key), from, end, [1, 2, 3]);
        return IssuedCertificate.Parse(signed.ExportCertificatePem() + "\n");
    }

    private CertificateRequest Request(X500DistinguishedName subject, string usages)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (usages.Length > 0)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages.Split(' ').Select(usage => new Oid(usage))], critical: true));
        }

        return request;
    }

    private static X500DistinguishedName Name(string device, params string[] units)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(device);
        // The builder writes what was added last first.
        Array.ForEach([.. units.Reverse()], unit => name.AddOrganizationalUnitName(unit));
        return new X500DistinguishedName(name.Build().RawData);
    }

    /// <summary>CN and OU in one SET, which the builder cannot make.</summary>
    private static X500DistinguishedName OneRelativeName()
    {
        var name = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (name.PushSequence())
        using (name.PushSetOf())
        {
            foreach ((string oid, string value) in new[] { ("2.5.4.3", Uuid), ("2.5.4.11", "acme") })
            {
                using (name.PushSequence())
                {
                    name.WriteObjectIdentifier(oid);
                    name.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.UTF8String, value);
                }
            }
        }

        return new X500DistinguishedName(name.Encode());
    }
}
