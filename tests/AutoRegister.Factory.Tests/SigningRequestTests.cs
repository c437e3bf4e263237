using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>CSRs that the reference server signs, or chokes on: here they are answered with 400 and the reason.</summary>
[Collection(SharedFactoryTests.Name)]
public sealed class SigningRequestTests(SharedFactory shared) : IDisposable
{
    private readonly FactoryProcess factory = shared.Process;
    private readonly HttpClient client = shared.Client;
    private readonly TestDevice device = new();

    public static TheoryData<string, string> BadSubjects => new()
    {
        { "no CN", "2.5.4.11=acme" },
        { "no OU", "2.5.4.3=UUID" },
        { "another factory", "2.5.4.3=UUID,2.5.4.11=other" },
        { "the factory in other case", "2.5.4.3=UUID,2.5.4.11=ACME" },
        { "a CN that is another uuid", "2.5.4.3=00000000-0000-4000-8000-000000000001,2.5.4.11=acme" },
        { "a CN with more behind the uuid", "2.5.4.3=UUID-x,2.5.4.11=acme" },
        { "two CNs", "2.5.4.3=UUID,2.5.4.3=UUID,2.5.4.11=acme" },
        { "two OUs", "2.5.4.3=UUID,2.5.4.11=acme,2.5.4.11=admin" },
        { "an organization", "2.5.4.3=UUID,2.5.4.11=acme,2.5.4.10=x" },
        { "another businessCategory", "2.5.4.3=UUID,2.5.4.11=acme,2.5.4.15=admin" },
        { "nothing", "" },
    };

    [Theory]
    [MemberData(nameof(BadSubjects))]
    public async Task A_subject_with(string what, string subject)
    {
        IEnumerable<(string, string)> attributes = subject.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .Select(pair => (pair[0], pair[1].Replace("UUID", device.Uuid, StringComparison.Ordinal)));
        await RefusesAsync(device.Body(device.CsrFor(attributes)), what);
    }

    [Fact]
    public async Task A_CSR_whose_signature_is_broken()
    {
        byte[] der = PemBytes(device.Csr());
        der[^1] ^= 1;
        Assert.Contains("signature", await RefusesAsync(device.Body(PemEncoding.WriteString("CERTIFICATE REQUEST", der))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CSR_signed_by_another_key()
    {
        // The bytes that are signed stay as they are; the signature comes from a second device's CSR.
        using var other = new TestDevice { Uuid = device.Uuid };
        byte[] mine = PemBytes(device.Csr());
        byte[] theirs = PemBytes(other.Csr());
        theirs.AsSpan(theirs.Length - 40).CopyTo(mine.AsSpan(mine.Length - 40));
        await RefusesAsync(device.Body(PemEncoding.WriteString("CERTIFICATE REQUEST", mine)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n")]
    public async Task Text_that_is_no_CSR(string csr) => await RefusesAsync(device.Body(csr));

    [Fact]
    public async Task Two_CSRs_or_bytes_after_one()
    {
        await RefusesAsync(device.Body(device.Csr() + "\n" + device.Csr()));
        await RefusesAsync(device.Body(PemEncoding.WriteString("CERTIFICATE REQUEST", [.. PemBytes(device.Csr()), 0])));
    }

    [Fact]
    public async Task Keys_other_than_P256()
    {
        using var p384 = new TestDevice { Uuid = device.Uuid, Key = ECDsa.Create(ECCurve.NamedCurves.nistP384) };
        Assert.Contains("p256", await RefusesAsync(p384.Body()), StringComparison.Ordinal);

        using var rsa = RSA.Create(2048);
        X500DistinguishedName subject = Pki.DistinguishedName.Encode(device.Subject);
        string csr = new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        Assert.Contains("p256", await RefusesAsync(device.Body(csr)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extensions_a_device_may_not_ask_for()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.com");
        X509Extension[] bad =
        [
            new X509BasicConstraintsExtension(true, false, 0, true),
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true),
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], true),
            names.Build(),
        ];
        foreach (X509Extension extension in bad)
        {
            Assert.Contains(extension.Oid!.Value!, await RefusesAsync(device.Body(device.CsrFor(device.Subject, [extension]))), StringComparison.Ordinal);
        }
    }

    public void Dispose() => device.Dispose();

    private static byte[] PemBytes(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    private Task<string> RefusesAsync(JsonObject body, string because = "") => client.RefusesAsync(factory, body, because);
}
