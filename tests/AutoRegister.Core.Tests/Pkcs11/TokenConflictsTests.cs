using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class TokenConflictsTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public TokenConflictsTests() => hsm.Open().Dispose();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void Our_own_key_and_certificate_are_no_strangers()
    {
        using TokenSession session = hsm.Open();
        TokenKey key = session.GenerateKey(new KeyRequest());
        session.StoreCertificate(TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device"));

        Assert.Equal(3, session.FindObjects().Count);
        Assert.Empty(TokenConflicts.Find(session.FindObjects(), key.SubjectPublicKeyInfo.Span, DeviceObjects.Standard));
        Assert.Equal(3, TokenConflicts.Find(session.FindObjects(), [], DeviceObjects.Standard).Count);
    }

    [Theory]
    [InlineData("manufacturer", 0x01)]
    [InlineData("tls", 0x22)]
    public void A_key_under_our_id_or_our_label_is_named(string label, byte id)
    {
        Raw.WithSession(s => Raw.GenerateKey(s, label, id));
        using TokenSession session = hsm.Open();

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenConflicts.Check(session.Token, session.FindObjects(), [], DeviceObjects.Standard));

        Assert.Equal(ErrorId.HsmObjectConflict, e.Id);
        Assert.Contains($"private key \"{label}\" (id {ObjectId.FromByte(id)})", e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(() => session.GenerateKey(new KeyRequest())).Id);
        Assert.Equal(2, session.FindObjects().Count);
    }

    [Fact]
    public void A_stranger_beside_our_own_key_is_found()
    {
        using (TokenSession session = hsm.Open())
        {
            session.GenerateKey(new KeyRequest());
        }

        Raw.WithSession(s => Raw.GenerateKey(s, "manufacturer", 0x01));
        using TokenSession next = hsm.Open();
        TokenKey key = next.FindKey()!;

        IReadOnlyList<TokenObject> strangers = TokenConflicts.Find(next.FindObjects(), key.SubjectPublicKeyInfo.Span, DeviceObjects.Standard);

        Assert.Equal(2, strangers.Count);
        Assert.All(strangers, s => Assert.Equal("manufacturer", s.Label));
    }

    [Fact]
    public void Keys_of_others_elsewhere_do_not_matter()
    {
        Raw.WithSession(s => Raw.GenerateKey(s, "payments", 0x22));
        using TokenSession session = hsm.Open();

        TokenConflicts.Check(session.Token, session.FindObjects(), [], DeviceObjects.Standard);
        Assert.NotNull(session.GenerateKey(new KeyRequest()));
    }
}
