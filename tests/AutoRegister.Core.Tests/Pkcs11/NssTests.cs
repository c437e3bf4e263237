using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class NssTests : IDisposable
{
    private readonly Nss nss = new();
    private readonly RecordingObserver observer = new();

    public void Dispose() => nss.Dispose();

    [NssFact]
    public void Without_its_parameter_string_the_module_is_unusable() =>
        Assert.Equal(ErrorId.HsmModuleUnusable, Assert.Throws<AutoRegisterException>(() => Pkcs11Module.Open(Nss.ModulePath!)).Id);

    [NssFact]
    public void A_key_is_made_used_and_found_again()
    {
        byte[] publicKey;
        using (var session = TokenSession.Open(nss.Settings(), true, observer))
        {
            Assert.Contains("CKM_ECDSA_SHA256", session.Token.Mechanisms);
            TokenKey key = session.GenerateKey(new KeyRequest());
            publicKey = key.SubjectPublicKeyInfo.ToArray();
            session.StoreCertificate(TestCertificate.For(publicKey, "device"));
        }

        using var again = TokenSession.Open(nss.Settings(), false, observer);
        Assert.False(again.InitializedNow);
        Assert.Equal(publicKey, again.FindKey()!.SubjectPublicKeyInfo.ToArray());
        Assert.Empty(TokenConflicts.Find(again.FindObjects(), publicKey, DeviceObjects.Standard));
    }

    [NssFact]
    public void A_bare_point_is_understood()
    {
        NativeEnvironment.Set("NSS_USE_DECODED_CKA_EC_POINT", "1");
        try
        {
            using var session = TokenSession.Open(nss.Settings(), true, observer);
            Assert.Equal(91, session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.Length);
        }
        finally
        {
            NativeEnvironment.Set("NSS_USE_DECODED_CKA_EC_POINT", "0");
        }
    }

    [NssFact]
    public void A_certificate_the_module_refuses_as_a_duplicate_is_named()
    {
        using var session = TokenSession.Open(nss.Settings(), true, observer);
        byte[] certificate = TestCertificate.For(session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.Span, "device");
        session.StoreCertificate(certificate, "elsewhere", 0x07);

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => session.StoreCertificate(certificate));

        Assert.Equal(ErrorId.HsmObjectConflict, e.Id);
        Assert.Contains("\"elsewhere\" (id 07", e.Message, StringComparison.Ordinal);
    }

    [NssFact]
    public void A_renewed_certificate_that_the_module_takes_for_the_old_one_replaces_it()
    {
        // NSS takes issuer and serial number for a certificate's identity.
        using var session = TokenSession.Open(nss.Settings(), true, observer);
        byte[] publicKey = session.GenerateKey(new KeyRequest()).SubjectPublicKeyInfo.ToArray();
        session.StoreCertificate(TestCertificate.For(publicKey, "device"));
        byte[] renewed = TestCertificate.For(publicKey, "device");

        session.StoreCertificate(renewed);

        Assert.Equal(renewed, session.FindCertificate());
        Assert.Single(session.FindObjects(), o => o.Kind == TokenObjectKind.Certificate);
        Assert.Contains(observer.Details, d => d.Contains("removing the old one first", StringComparison.Ordinal));
    }

    [NssFact]
    public void A_token_that_is_called_blank_and_holds_something_is_erased_only_when_told_to()
    {
        using (var module = Pkcs11Module.Open(Nss.ModulePath!, nss.Settings().ModuleParameters))
        {
            TokenSlot slot = TokenSlot.List(module.Loaded, []).Single(s => s.Token.Label == "aktualizr");
            Assert.False(slot.Token.IsInitialized);
            using ISession session = slot.Slot.OpenSession(SessionType.ReadWrite);
            byte[] foreign = TestCertificate.ForNewKey("stranger");
            using Template template = KeyTemplates.Certificate(new Template(session.Factories.ObjectAttributeFactory), "stranger", 9, CertificateFields.TryRead(foreign)!, foreign);
            session.CreateObject(template.Attributes);
        }

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenSession.Open(nss.Settings(), true, observer));
        Assert.Equal(ErrorId.HsmTokenUnusable, e.Id);
        Assert.Contains("-EraseToken", e.RecommendedAction, StringComparison.Ordinal);

        using var erased = TokenSession.Open(nss.Settings(), true, observer, mayErase: true);
        Assert.True(erased.InitializedNow);
        Assert.Contains(observer.Warnings, w => w.Contains("is lost", StringComparison.Ordinal));

        // C_InitToken destroys all objects that can be destroyed (PKCS#11 2.40, section 5.5); NSS keeps certificates.
        Assert.NotNull(erased.GenerateKey(new KeyRequest()));
    }

    [NssFact]
    public void A_module_that_ignores_the_label_is_used_and_the_user_told()
    {
        using var session = TokenSession.Open(nss.Settings(withLabel: false), true, observer);

        Assert.Equal("NSS Certificate DB", session.Token.Label);
        Assert.Contains("\"NSS Certificate DB\"", Assert.Single(observer.Warnings), StringComparison.Ordinal);
    }
}
