using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Which mechanisms a token needs for a key, told apart by its description alone.</summary>
public sealed class KeyMechanismsTests
{
    [Theory]
    [InlineData(KeyAlgorithm.EcP256, "CKM_EC_KEY_PAIR_GEN CKM_ECDSA", null)]
    [InlineData(KeyAlgorithm.EcP521, "CKM_EC_KEY_PAIR_GEN CKM_ECDSA_SHA256", null)]
    [InlineData(KeyAlgorithm.EcP256, "CKM_ECDSA CKM_ECDSA_SHA256", "CKM_EC_KEY_PAIR_GEN")]
    [InlineData(KeyAlgorithm.EcP384, "CKM_EC_KEY_PAIR_GEN CKM_RSA_PKCS CKM_SHA256_RSA_PKCS", "CKM_ECDSA")]
    [InlineData(KeyAlgorithm.Rsa2048, "CKM_RSA_PKCS_KEY_PAIR_GEN CKM_RSA_PKCS", null)]
    [InlineData(KeyAlgorithm.Rsa3072, "CKM_RSA_PKCS_KEY_PAIR_GEN CKM_SHA256_RSA_PKCS", null)]
    [InlineData(KeyAlgorithm.Rsa2048, "CKM_EC_KEY_PAIR_GEN CKM_RSA_PKCS", "CKM_RSA_PKCS_KEY_PAIR_GEN")]
    [InlineData(KeyAlgorithm.Rsa2048, "CKM_RSA_PKCS_KEY_PAIR_GEN CKM_ECDSA CKM_ECDSA_SHA256", "CKM_RSA_PKCS")]
    public void A_token_makes_keys_and_signs_or_is_refused(KeyAlgorithm algorithm, string mechanisms, string? missing)
    {
        TokenInfo token = SomeToken.Ready with { Mechanisms = mechanisms.Split(' ') };
        var e = Record.Exception(() => KeyMechanisms.Check(token, algorithm)) as AutoRegisterException;
        Assert.Equal(missing is null ? null : ErrorId.HsmMechanismMissing, e?.Id);
        Assert.Equal(missing, e?.Message.Split(' ')[0]);
        Assert.Equal(missing is null ? null : "/module.so", e?.Target);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcP256, CKM.CKM_EC_KEY_PAIR_GEN)]
    [InlineData(KeyAlgorithm.Rsa3072, CKM.CKM_RSA_PKCS_KEY_PAIR_GEN)]
    public void Each_kind_of_key_is_made_by_its_mechanism(KeyAlgorithm algorithm, CKM mechanism) => Assert.Equal(mechanism, KeyMechanisms.Generation(algorithm));

    [Theory]
    [InlineData("CKM_SHA256_RSA_PKCS", false, true)]
    [InlineData("CKM_ECDSA_SHA256", true, false)]
    [InlineData("CKM_ECDSA CKM_RSA_PKCS", false, false)]
    public void A_token_hashes_for_the_kinds_it_says(string mechanisms, bool ec, bool rsa)
    {
        TokenInfo token = SomeToken.Ready with { Mechanisms = mechanisms.Split(' ') };
        Assert.Equal((ec, rsa), (KeyMechanisms.HashesItself(token, KeyAlgorithm.EcP256), KeyMechanisms.HashesItself(token, KeyAlgorithm.Rsa2048)));
    }

    [Fact]
    public void Ecdh_is_possible_where_the_token_lists_it()
    {
        Assert.False(KeyMechanisms.Derives(SomeToken.Ready));
        Assert.True(KeyMechanisms.Derives(SomeToken.Ready with { Mechanisms = ["CKM_ECDH1_DERIVE"] }));
    }
}
