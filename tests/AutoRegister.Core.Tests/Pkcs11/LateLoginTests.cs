using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Sessions that log in only when the token asks for it.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class LateLoginTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakeModule fake = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void What_is_public_is_read_without_a_login_and_the_first_secret_makes_one()
    {
        byte[] certificate;
        using (TokenSession session = hsm.Open())
        {
            certificate = TestCertificate.For(session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.Span, "device");
            session.StoreCertificate(certificate);
        }

        var log = new SpyLog();
        using (var session = TokenSession.OpenPublic(SpyLog.Through(hsm.Settings), hsm.Observer))
        {
            Assert.Equal(certificate, session.FindCertificate());
            Assert.Equal(certificate, session.ReadCertificate(session.FindObjects().Single(o => o.Kind == TokenObjectKind.Certificate)));
            Assert.Null(session.ReadCertificate(new TokenObject(TokenObjectKind.Certificate, "client", "03")));
            Assert.DoesNotContain(session.FindObjects(), o => o.Kind == TokenObjectKind.PrivateKey);
            Assert.False(session.InitializedNow);
            Assert.NotEmpty(session.Token.Mechanisms);
            Assert.DoesNotContain("C_Login", log.Calls());
            session.GenerateKey(new KeyRequest("other", 7));
            session.GenerateKey(new KeyRequest("third", 8));
        }

        Assert.Single(log.Calls(), "C_Login");
        Assert.Equal(["C_Logout", "C_CloseSession", "C_Finalize"], log.Calls().TakeLast(3));
    }

    [Fact]
    public async Task A_list_is_whole_while_others_log_in_and_out()
    {
        using (TokenSession session = hsm.Open())
        {
            session.GenerateKey(new KeyRequest());
        }

        using var reading = TokenSession.OpenPublic(hsm.Settings, hsm.Observer);
        var others = Task.Run(() =>
        {
            for (int n = 0; n < 60; n++)
            {
                hsm.Open().Dispose();
            }
        });
        var seen = new HashSet<int>();
        while (!others.IsCompleted)
        {
            seen.Add(reading.FindObjects().Count);
            seen.Add(reading.FindObjects(DeviceObjects.Under(new ObjectId("01"))).Count);
            seen.Add(reading.ListObjects().Count);
        }

        // The private key is there while somebody is logged in, and its handle is not good for longer than that: asking by it would fail.
        await others;
        Assert.Subset(new HashSet<int> { 1, 2 }, seen);
    }

    [Fact]
    public void A_blank_token_is_not_taken_for_one_to_read()
    {
        var log = new SpyLog();
        Assert.Equal(ErrorId.HsmTokenNotFound, Assert.Throws<AutoRegisterException>(() => TokenSession.OpenPublic(SpyLog.Through(hsm.Settings), hsm.Observer)).Id);
        Assert.Equal("C_Finalize", log.Calls()[^1]);
    }

    [Theory]
    [InlineData(CKR.CKR_USER_NOT_LOGGED_IN, 1, ErrorId.HsmFailure)]
    [InlineData(CKR.CKR_SESSION_READ_ONLY, 1, ErrorId.HsmTokenUnusable)]
    [InlineData(CKR.CKR_DEVICE_MEMORY, 0, ErrorId.HsmTokenUnusable)]
    public void A_fake_session_that_asks_for_a_login_gets_one_and_no_second(CKR refusal, int expected, ErrorId id)
    {
        hsm.Open().Dispose();
        using var session = TokenSession.OpenPublic(fake.In(hsm.Settings), hsm.Observer);
        fake.Refuse(nameof(ISession.FindAllObjects), refusal, _ => Logins == 0);
        Assert.Equal(expected == 0 ? id : null, (Record.Exception(session.FindObjects) as AutoRegisterException)?.Id);
        Assert.Equal(expected, Logins);

        fake.Refuse(nameof(ISession.FindAllObjects), refusal);
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(session.FindObjects);
        Assert.Equal((id, SoftHsm.ModulePath), (e.Id, e.Target));
        Assert.Equal(expected, Logins);
    }

    [Fact]
    public void A_fake_session_that_is_logged_in_and_says_otherwise_is_not_asked_twice()
    {
        using var session = TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer);
        fake.Refuse(nameof(ISession.DestroyObject), CKR.CKR_USER_NOT_LOGGED_IN);
        TokenObject somebody = new(TokenObjectKind.PrivateKey, "tls", "01") { Handle = fake.Factories.ObjectHandleFactory.Create(99) };
        Assert.Equal(ErrorId.HsmFailure, Assert.Throws<AutoRegisterException>(() => session.DestroyObjects([somebody])).Id);
        Assert.Equal(1, fake.Count(nameof(ISession.DestroyObject)));
    }

    [Fact]
    public void Nothing_is_asked_after_the_end()
    {
        TokenSession session = hsm.Open();
        Assert.Empty(session.FindObjects());
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(session.FindObjects);
    }

    [Fact]
    public void A_fake_session_that_cannot_be_closed_ends_all_the_same()
    {
        var session = TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer);
        fake.Refuse(nameof(IDisposable.Dispose), CKR.CKR_DEVICE_REMOVED);
        session.Dispose();
        hsm.Open(mayInitialize: false).Dispose();
    }

    private int Logins => fake.Count(nameof(ISession.Login));
}
