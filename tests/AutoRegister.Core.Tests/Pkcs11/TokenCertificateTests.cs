using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class TokenCertificateTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly TokenSession session;
    private readonly TokenKey key;

    public TokenCertificateTests()
    {
        session = hsm.Open();
        key = session.GenerateKey(new KeyRequest());
    }

    public void Dispose()
    {
        session.Dispose();
        hsm.Dispose();
    }

    [Fact]
    public void A_certificate_has_all_its_attributes_says_another_program()
    {
        byte[] certificate = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device");
        session.StoreCertificate(certificate);

        string listing = SoftHsm.Pkcs11Tool("--list-objects", "--type", "cert");
        Assert.Contains("label:      client", listing, StringComparison.Ordinal);
        Assert.Contains("ID:         03", listing, StringComparison.Ordinal);
        Assert.Contains("subject:    DN: OU=factory, CN=device", listing, StringComparison.Ordinal);
        Assert.Contains("serial:     9001", listing, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(certificate, session.FindCertificate());
    }

    [Fact]
    public void The_same_certificate_again_changes_nothing()
    {
        byte[] certificate = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device");
        session.StoreCertificate(certificate);
        ulong handle = Certificates().Single().Handle!.ObjectId;

        session.StoreCertificate(certificate);

        Assert.Equal(handle, Certificates().Single().Handle!.ObjectId);
    }

    [Fact]
    public void A_new_certificate_for_the_same_key_replaces_the_old_one()
    {
        session.StoreCertificate(TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device", serial: 1));
        byte[] renewed = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device", serial: 2);

        session.StoreCertificate(renewed);

        Assert.Single(Certificates());
        Assert.Equal(renewed, session.FindCertificate());
    }

    [Fact]
    public void A_run_killed_between_new_and_old_is_finished_by_the_next()
    {
        byte[] old = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device", serial: 1);
        byte[] renewed = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device", serial: 2);
        session.StoreCertificate(old);
        session.Dispose();
        Raw.WithModule(library => Raw.StoreCertificate(library, renewed, "client", 3));
        using TokenSession next = hsm.Open();
        Assert.Equal(2, next.FindObjects().Count(o => o.Kind == TokenObjectKind.Certificate));

        next.StoreCertificate(renewed);

        Assert.Single(next.FindObjects(), o => o.Kind == TokenObjectKind.Certificate);
        Assert.Equal(renewed, next.FindCertificate());
    }

    [Fact]
    public void A_stranger_s_certificate_stays_unless_it_may_be_replaced()
    {
        byte[] foreign = TestCertificate.ForNewKey("stranger");
        byte[] ours = TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device");
        session.StoreCertificate(foreign);

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(ours));
        Assert.Equal(ErrorId.HsmObjectConflict, e.Id);
        Assert.Contains("stranger", e.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, session.FindCertificate());

        session.StoreCertificate(ours, replaceable: Certificates());
        Assert.Single(Certificates());
        Assert.Equal(ours, session.FindCertificate());
    }

    [Fact]
    public void What_is_no_certificate_does_not_reach_the_token()
    {
        Assert.Equal(ErrorId.CertificateMismatch, Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(new byte[] { 1, 2, 3 })).Id);
        Assert.Null(session.FindCertificate());
    }

    private List<TokenObject> Certificates() => [.. session.FindObjects().Where(o => o.Kind == TokenObjectKind.Certificate)];
}
