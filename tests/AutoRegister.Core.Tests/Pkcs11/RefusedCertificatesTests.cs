using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Modules that do not keep the certificate they are given: a fake session before SoftHSM2 refuses what SoftHSM2 does not.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RefusedCertificatesTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FaultySession session;
    private readonly byte[] old;
    private readonly byte[] renewed;

    public RefusedCertificatesTests()
    {
        session = new FaultySession(hsm);
        byte[] publicKey = session.Keys.Generate(new KeyRequest()).SubjectPublicKeyInfo.ToArray();
        old = TestCertificate.For(publicKey, "device", serial: 1);
        renewed = TestCertificate.For(publicKey, "device", serial: 2);
    }

    public void Dispose()
    {
        session.Dispose();
        hsm.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_certificate_that_does_not_come_out_the_same_is_removed(bool shown)
    {
        session.Show(CKA.CKA_VALUE, shown ? session.Attribute(CKA.CKA_VALUE, 1) : null);
        AutoRegisterException e = Fails(old);
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        session.Answer = (_, _) => FakeSlot.Real;
        Assert.Null(session.Certificates.Find("client", 3));
    }

    [Fact]
    public void The_old_certificate_goes_first_where_the_module_wants_only_one()
    {
        session.Certificates.Store(old, "client", 3, []);
        Refuse(CKR.CKR_ATTRIBUTE_VALUE_INVALID, args => session.Session.FindAllObjects([.. ((List<IObjectAttribute>)args[0]!).Where(a => a.Type == (ulong)CKA.CKA_LABEL)]).Count > 0);
        session.Certificates.Store(renewed, "client", 3, []);
        Assert.Equal(renewed, session.Certificates.Find("client", 3));
        Assert.Single(session.Objects.FindAll(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void The_old_certificate_comes_back_where_the_module_takes_no_new_one()
    {
        session.Certificates.Store(old, "client", 3, []);
        Refuse(CKR.CKR_DEVICE_MEMORY, args => ((List<IObjectAttribute>)args[0]!).Any(a => a.Type == (ulong)CKA.CKA_VALUE && a.GetValueAsByteArray().AsSpan().SequenceEqual(renewed)));
        AutoRegisterException e = Fails(renewed);
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        Assert.Equal(old, session.Certificates.Find("client", 3));
        Assert.Single(session.Objects.FindAll(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void A_refusal_without_an_old_certificate_or_a_twin_is_the_module_s()
    {
        session.Certificates.Store(old, "elsewhere", 7, []);
        Refuse(CKR.CKR_DEVICE_MEMORY, _ => true);
        Assert.Equal(ErrorId.HsmTokenUnusable, Fails(renewed).Id);
        AutoRegisterException twin = Fails(old);
        Assert.Equal((ErrorId.HsmObjectConflict, "elsewhere"), (twin.Id, (twin.Target as TokenObject)?.Label));
    }

    [Fact]
    public void Of_two_that_are_the_same_one_goes()
    {
        session.Certificates.Store(old, "client", 3, []);
        using (Template twin = KeyTemplates.Certificate(session.Access.NewTemplate(), "client", 3, CertificateFields.TryRead(old)!, old))
        {
            session.Session.CreateObject(twin.Attributes);
        }

        session.Certificates.Store(old, "client", 3, []);
        Assert.Equal(old, session.Certificates.Find("client", 3));
        Assert.Single(session.Objects.FindAll(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void Only_the_stranger_that_may_go_is_replaced()
    {
        session.Certificates.Store(TestCertificate.ForNewKey("stranger"), "client", 3, []);
        TokenObject elsewhere = new(TokenObjectKind.Certificate, "client", "03") { Handle = session.Session.Factories.ObjectHandleFactory.Create(99) };
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(() => session.Certificates.Store(old, "client", 3, [elsewhere, elsewhere with { Handle = null }])).Id);
        Assert.Equal("client", Assert.Throws<AutoRegisterException>(() => session.Certificates.Store([1], "client", 3, [])).Target);
    }

    private void Refuse(CKR answer, Func<object?[], bool> when) => session.Answer = (function, args) =>
        function == nameof(ISession.CreateObject) && when(args) ? throw new Pkcs11Exception("C_CreateObject", answer) : FakeSlot.Real;

    private AutoRegisterException Fails(byte[] certificate) => Assert.Throws<AutoRegisterException>(() => session.Certificates.Store(certificate, "client", 3, []));
}
