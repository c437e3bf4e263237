using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Modules that do not keep the certificate they are given: fakes before SoftHSM2 refuse what SoftHSM2 does not.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RefusedCertificatesTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakeModule fake = new();
    private readonly TokenSession session;
    private readonly byte[] old;
    private readonly byte[] renewed;

    public RefusedCertificatesTests()
    {
        session = TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer);
        byte[] publicKey = session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.ToArray();
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
        fake.Show(CKA.CKA_VALUE, shown ? fake.Attribute(CKA.CKA_VALUE, 1) : null);
        AutoRegisterException e = Fails(old);
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        fake.ShowAll();
        Assert.Null(session.FindCertificate());
    }

    [Fact]
    public void The_old_certificate_goes_first_where_the_module_wants_only_one()
    {
        session.StoreCertificate(old);
        fake.Refuse(nameof(ISession.CreateObject), CKR.CKR_ATTRIBUTE_VALUE_INVALID, args => fake.Session.FindAllObjects([.. ((List<IObjectAttribute>)args[0]!).Where(a => a.Type == (ulong)CKA.CKA_LABEL)]).Count > 0);
        session.StoreCertificate(renewed);
        Assert.Equal(renewed, session.FindCertificate());
        Assert.Single(session.FindObjects(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void The_old_certificate_comes_back_where_the_module_takes_no_new_one()
    {
        session.StoreCertificate(old);
        fake.Refuse(nameof(ISession.CreateObject), CKR.CKR_DEVICE_MEMORY, args => ((List<IObjectAttribute>)args[0]!).Any(a => a.Type == (ulong)CKA.CKA_VALUE && a.GetValueAsByteArray().AsSpan().SequenceEqual(renewed)));
        AutoRegisterException e = Fails(renewed);
        Assert.Equal((ErrorId.HsmTokenUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        Assert.Equal(old, session.FindCertificate());
        Assert.Single(session.FindObjects(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void A_refusal_without_an_old_certificate_or_a_twin_is_the_module_s()
    {
        session.StoreCertificate(old, "elsewhere", 7);
        fake.Refuse(nameof(ISession.CreateObject), CKR.CKR_DEVICE_MEMORY);
        Assert.Equal(ErrorId.HsmTokenUnusable, Fails(renewed).Id);
        AutoRegisterException twin = Fails(old);
        Assert.Equal((ErrorId.HsmObjectConflict, "elsewhere"), (twin.Id, (twin.Target as TokenObject)?.Label));
    }

    [Fact]
    public void Of_two_that_are_the_same_one_goes()
    {
        session.StoreCertificate(old);
        fake.Session.CopyObject(session.FindObjects().Single(o => o.Kind == TokenObjectKind.Certificate).Handle!, []);
        Assert.Equal(2, session.FindObjects().Count(o => o.Kind == TokenObjectKind.Certificate));

        session.StoreCertificate(old);
        Assert.Equal(old, session.FindCertificate());
        Assert.Single(session.FindObjects(), o => o.Kind == TokenObjectKind.Certificate);
    }

    [Fact]
    public void Only_the_stranger_that_may_go_is_replaced()
    {
        session.StoreCertificate(TestCertificate.ForNewKey("stranger"));
        TokenObject elsewhere = new(TokenObjectKind.Certificate, "client", "03") { Handle = fake.Factories.ObjectHandleFactory.Create(99) };
        Assert.Equal(ErrorId.HsmObjectConflict, Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(old, replaceable: [elsewhere, elsewhere with { Handle = null }])).Id);
        Assert.Equal("client", Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(new byte[] { 1 })).Target);
    }

    private AutoRegisterException Fails(byte[] certificate) => Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(certificate));
}
