using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.X509;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

public sealed class CertificateFieldsTests
{
    [Fact]
    public void Fields_are_what_another_reader_says()
    {
        byte[] der = TestCertificate.ForNewKey("device");
        using X509Certificate2 other = X509CertificateLoader.LoadCertificate(der);

        CertificateFields fields = CertificateFields.TryRead(der)!;

        Assert.Equal(other.SubjectName.RawData, fields.Subject);
        Assert.Equal(other.IssuerName.RawData, fields.Issuer);
        Assert.Equal(other.PublicKey.ExportSubjectPublicKeyInfo(), fields.SubjectPublicKeyInfo);
        Assert.Equal([0x02, (byte)other.SerialNumberBytes.Length, .. other.SerialNumberBytes.Span], fields.SerialNumber);
        Assert.Contains("CN=device", fields.SubjectName, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x30, 0x00 })]
    [InlineData(new byte[] { 0x2D, 0x2D, 0x2D })]
    public void Anything_else_is_no_certificate(byte[] der) => Assert.Null(CertificateFields.TryRead(der));
}
