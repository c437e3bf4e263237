using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

public sealed class EcPublicKeyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_point_is_taken_bare_or_wrapped(bool wrapped)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECParameters p = key.ExportParameters(false);
        byte[] bare = [0x04, .. p.Q.X!, .. p.Q.Y!];

        byte[]? encoded = EcPublicKey.Encode(KeyAlgorithm.EcP256.CurveParameters(), wrapped ? [0x04, 65, .. bare] : bare);

        Assert.Equal(key.ExportSubjectPublicKeyInfo(), encoded);
    }

    [Fact]
    public void A_bare_point_that_reads_as_an_octet_string_is_still_bare()
    {
        // 04 3F …: as DER this is an OCTET STRING of 63 bytes, and 65 bytes long in all.
        byte[] bare = [0x04, 63, .. new byte[63]];

        byte[]? encoded = EcPublicKey.Encode(KeyAlgorithm.EcP256.CurveParameters(), bare);

        Assert.Equal(bare, encoded![^65..]);
    }

    [Theory]
    [InlineData(new byte[] { 0x04, 0x05, 0x01 })]
    [InlineData(new byte[] { 0x30, 0x00 })]
    [InlineData(new byte[] { 0x04, 0x01, 0x04, 0x00 })]
    public void Anything_else_is_no_point(byte[] point) => Assert.Null(EcPublicKey.Encode(KeyAlgorithm.EcP256.CurveParameters(), point));
}
