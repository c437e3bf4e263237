using System.Security.Cryptography;
using AutoRegister.Core.Keys;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

public sealed class EcdsaSignatureTests
{
    [Fact]
    public void Numbers_keep_their_sign_and_lose_their_padding()
    {
        byte[] sideBySide = new byte[64];
        sideBySide[31] = 0x80;
        sideBySide[62] = 0x01;

        Assert.Equal([0x30, 0x08, 0x02, 0x02, 0x00, 0x80, 0x02, 0x02, 0x01, 0x00], EcdsaSignature.ToDer(sideBySide));
    }

    [Fact]
    public void The_result_verifies_as_x509_wants_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] data = [1, 2, 3];
        for (int i = 0; i < 300; i++)
        {
            byte[] der = EcdsaSignature.ToDer(key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
            Assert.True(key.VerifyData(data, der, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }
    }
}
