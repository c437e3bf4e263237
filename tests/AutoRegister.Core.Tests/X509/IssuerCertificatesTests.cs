using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Tests.Pkcs11;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.X509;

/// <summary>
/// Certificates that devices share are parsed once, and those of a station that never ends do not pile up. Not beside other tests: they parse
/// so many that what is known is forgotten.
/// </summary>
[Collection(SoftHsmTests.Name)]
public sealed class IssuerCertificatesTests
{
    [Fact]
    public void The_same_certificate_is_parsed_once_and_another_is_another()
    {
        byte[] first = TestCertificate.ForNewKey("first");
        X509Certificate2 parsed = IssuerCertificates.Parse(first);
        Assert.Same(parsed, IssuerCertificates.Parse([.. first]));
        Assert.Equal(first, parsed.RawData);
        byte[] second = TestCertificate.ForNewKey("second");
        Assert.Equal(second, IssuerCertificates.Parse(second).RawData);
    }

    [Fact]
    public void One_that_cannot_be_read_fails_every_time()
    {
        byte[] damaged = TestCertificate.ForNewKey("damaged");
        damaged[1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => IssuerCertificates.Parse(damaged));
        Assert.ThrowsAny<CryptographicException>(() => IssuerCertificates.Parse(damaged));
    }

    [Fact]
    public void Those_of_many_factories_are_forgotten_and_can_still_be_used()
    {
        X509Certificate2 first = IssuerCertificates.Parse(TestCertificate.ForNewKey("first of many"));
        byte[] content = first.RawData;
        for (int n = 0; n < 40; n++)
        {
            IssuerCertificates.Parse(TestCertificate.ForNewKey($"factory {n}"));
        }

        Assert.NotSame(first, IssuerCertificates.Parse(content));
        Assert.StartsWith("CN=first of many", first.Subject, StringComparison.Ordinal);
    }
}
