using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Points of every curve, bare and wrapped, and with something behind them.</summary>
public sealed class CurvePointTests
{
    [Theory]
    [InlineData(KeyAlgorithm.EcP256, new byte[] { 0x04, 65 })]
    [InlineData(KeyAlgorithm.EcP384, new byte[] { 0x04, 97 })]
    [InlineData(KeyAlgorithm.EcP521, new byte[] { 0x04, 0x81, 133 })]
    public void Every_curve_s_point_is_taken_in_both_forms_and_no_other(KeyAlgorithm algorithm, byte[] wrapping)
    {
        using var key = ECDsa.Create(algorithm switch
        {
            KeyAlgorithm.EcP384 => ECCurve.NamedCurves.nistP384,
            KeyAlgorithm.EcP521 => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        });
        ECPoint q = key.ExportParameters(false).Q;
        byte[] bare = [0x04, .. q.X!, .. q.Y!];
        byte[] curve = algorithm.CurveParameters();
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), EcPublicKey.Encode(curve, bare));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), EcPublicKey.Encode(curve, [.. wrapping, .. bare]));
        Assert.Null(EcPublicKey.Encode(curve, [.. wrapping, .. bare, 0]));
        Assert.Null(EcPublicKey.Encode(curve, [0x02, .. bare[1..]]));
    }

    [Fact]
    public void Parameters_that_are_no_der_make_no_key() => Assert.Null(EcPublicKey.Encode([0x06, 0x08], [0x04, 65, 0x04, .. new byte[64]]));

    [Fact]
    public void A_point_of_a_length_no_curve_has_is_read_as_an_octet_string()
    {
        byte[] encoded = EcPublicKey.Encode(KeyAlgorithm.EcP256.CurveParameters(), [0x04, 62, .. new byte[62]])!;
        Assert.Equal(new byte[62], encoded[^62..]);
        Assert.Equal((byte)63, encoded[^64]);
    }
}
