using System.Security.Cryptography;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class TokenKeyTests : IDisposable
{
    // OID of secp256k1, DER.
    private static readonly byte[] Secp256k1 = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A];

    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void A_new_key_is_what_the_ota_client_wants_says_another_program()
    {
        using (TokenSession session = hsm.Open())
        {
            session.GenerateKey(new KeyRequest());
        }

        string listing = SoftHsm.Pkcs11Tool("--list-objects");
        Assert.Contains("EC_POINT 256 bits", listing, StringComparison.Ordinal);
        Assert.Equal(2, listing.Split("label:      tls").Length - 1);
        Assert.Equal(2, listing.Split("ID:         01").Length - 1);
        Assert.Matches("Usage: .*sign.*derive", listing);
        Assert.Contains("Access:     sensitive, always sensitive, never extractable, local", listing, StringComparison.Ordinal);
        Assert.Empty(hsm.Observer.Warnings);
    }

    [Fact]
    public void The_public_key_can_be_read_without_a_login_and_the_private_key_cannot()
    {
        using (TokenSession session = hsm.Open())
        {
            session.GenerateKey(new KeyRequest());
        }

        string listing = Tool.Run("pkcs11-tool", "--module", SoftHsm.ModulePath, "--token-label", "aktualizr", "--list-objects");
        Assert.Contains("Public Key Object", listing, StringComparison.Ordinal);
        Assert.DoesNotContain("Private Key Object", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_verify_in_software_and_the_key_is_found_again()
    {
        byte[] data = RandomNumberGenerator.GetBytes(1000);
        byte[] publicKey;
        using (TokenSession session = hsm.Open())
        {
            publicKey = session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.ToArray();
        }

        using TokenSession again = hsm.Open();
        TokenKey key = again.FindKey()!;
        using var verifier = ECDsa.Create();
        verifier.ImportSubjectPublicKeyInfo(publicKey, out _);

        Assert.Equal(publicKey, key.SubjectPublicKeyInfo.ToArray());
        Assert.True(verifier.VerifyData(data, key.Sign(data), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public void A_key_that_could_leave_the_token_is_refused()
    {
        hsm.Open().Dispose();
        Raw.WithSession(s => Raw.GenerateKey(s, "tls", 1, extractable: true));
        using TokenSession session = hsm.Open();

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => session.FindKey());

        Assert.Equal(ErrorId.HsmKeyUnusable, e.Id);
        Assert.Contains("CKA_EXTRACTABLE is true", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        hsm.Open().Dispose();
        Raw.WithSession(s => Raw.GenerateKey(s, "tls", 1, curve: Secp256k1));
        using TokenSession session = hsm.Open();

        Assert.Equal(ErrorId.HsmKeyUnusable, Assert.Throws<AutoRegisterException>(() => session.FindKey()).Id);
    }

    [Fact]
    public void Halves_of_two_different_keys_are_no_pair()
    {
        hsm.Open().Dispose();
        Raw.WithSession(s =>
        {
            Raw.GenerateKey(s, "tls", 1);
            Raw.Destroy(s, CKO.CKO_PUBLIC_KEY);
            Raw.GenerateKey(s, "other", 2);
            Raw.Rename(s, CKO.CKO_PUBLIC_KEY, "other", "tls", 1);
        });
        using TokenSession session = hsm.Open();

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => session.FindKey());

        Assert.Equal(ErrorId.HsmKeyUnusable, e.Id);
        Assert.Contains("does not verify", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_half_is_shown_and_can_be_removed(bool privateIsLeft)
    {
        hsm.Open().Dispose();
        Raw.WithSession(s =>
        {
            Raw.GenerateKey(s, "tls", 1);
            Raw.Destroy(s, privateIsLeft ? CKO.CKO_PUBLIC_KEY : CKO.CKO_PRIVATE_KEY);
        });
        using TokenSession session = hsm.Open();

        Assert.Null(session.FindKey());
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(() => session.GenerateKey(new KeyRequest())).Id);
        TokenObject half = Assert.Single(TokenConflicts.FindIncompletePairs(session.FindObjects(), DeviceObjects.Standard));
        Assert.Equal(privateIsLeft ? TokenObjectKind.PrivateKey : TokenObjectKind.PublicKey, half.Kind);

        session.DestroyObjects([half]);
        session.DestroyObjects([half]);
        Assert.Empty(session.FindObjects());
        Assert.NotNull(session.GenerateKey(new KeyRequest()));
    }

    [Fact]
    public void Only_the_key_that_is_meant_is_destroyed()
    {
        using TokenSession session = hsm.Open();
        TokenKey first = session.GenerateKey(new KeyRequest());
        session.GenerateKey(new KeyRequest("other", 0x07));

        session.DestroyKey(first);

        Assert.Equal(["other", "other"], session.FindObjects().Select(o => o.Label));
        Assert.Throws<ObjectDisposedException>(() => first.Sign([1]));
    }
}
