using AutoRegister.Core.Keys;
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

/// <summary>Every attribute of what we put into a token, read back with plain PKCS#11 calls.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class StoredAttributesTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Theory]
    [InlineData(KeyAlgorithm.EcP256, 1)]
    [InlineData(KeyAlgorithm.EcP384, 1)]
    [InlineData(KeyAlgorithm.Rsa2048, 0)]
    public void A_key_pair_has_the_attributes_it_is_meant_to_have(KeyAlgorithm algorithm, byte derives)
    {
        using (TokenSession made = hsm.Open())
        {
            made.GenerateKey(new KeyRequest("key", 0x42, algorithm));
        }

        Raw.WithSession(session =>
        {
            Read(session, CKO.CKO_PUBLIC_KEY, new()
            {
                [CKA.CKA_TOKEN] = [1], [CKA.CKA_PRIVATE] = [0], [CKA.CKA_LABEL] = Raw.Bytes("key"), [CKA.CKA_ID] = [0x42], [CKA.CKA_VERIFY] = [1],
            });
            Read(session, CKO.CKO_PUBLIC_KEY, algorithm.IsRsa()
                ? new() { [CKA.CKA_MODULUS_BITS] = BitConverter.GetBytes(2048UL), [CKA.CKA_PUBLIC_EXPONENT] = [1, 0, 1] }
                : new() { [CKA.CKA_EC_PARAMS] = algorithm.CurveParameters() });
            Read(session, CKO.CKO_PRIVATE_KEY, new()
            {
                [CKA.CKA_TOKEN] = [1], [CKA.CKA_PRIVATE] = [1], [CKA.CKA_SENSITIVE] = [1], [CKA.CKA_EXTRACTABLE] = [0],
                [CKA.CKA_LABEL] = Raw.Bytes("key"), [CKA.CKA_ID] = [0x42], [CKA.CKA_SIGN] = [1], [CKA.CKA_DERIVE] = [derives],
            });
        });
    }

    [Fact]
    public void A_certificate_has_the_attributes_it_is_meant_to_have()
    {
        byte[] value = TestCertificate.ForNewKey("device");
        using (TokenSession session = hsm.Open())
        {
            session.StoreCertificate(value, "certificate", 0x43);
        }

        CertificateFields fields = CertificateFields.TryRead(value)!;
        Raw.WithSession(session => Read(session, CKO.CKO_CERTIFICATE, new()
        {
            [CKA.CKA_CERTIFICATE_TYPE] = BitConverter.GetBytes((ulong)CKC.CKC_X_509), [CKA.CKA_TOKEN] = [1], [CKA.CKA_PRIVATE] = [0], [CKA.CKA_LABEL] = Raw.Bytes("certificate"),
            [CKA.CKA_ID] = [0x43], [CKA.CKA_SUBJECT] = fields.Subject, [CKA.CKA_ISSUER] = fields.Issuer, [CKA.CKA_SERIAL_NUMBER] = fields.SerialNumber, [CKA.CKA_VALUE] = value,
        }));
    }

    [Theory]
    [InlineData(TokenObjectKind.PrivateKey, CKO.CKO_PRIVATE_KEY)]
    [InlineData(TokenObjectKind.PublicKey, CKO.CKO_PUBLIC_KEY)]
    [InlineData(TokenObjectKind.Certificate, CKO.CKO_CERTIFICATE)]
    public void A_template_has_what_was_added_until_its_end(TokenObjectKind kind, CKO type)
    {
        LibdlResolver.Install();
        var template = new Template(new Pkcs11InteropFactories().ObjectAttributeFactory);
        template.Class(kind).Named("n", new ObjectId("0102")).Flag(CKA.CKA_SIGN, false);
        Assert.Equal([(ulong)CKA.CKA_CLASS, (ulong)CKA.CKA_LABEL, (ulong)CKA.CKA_ID, (ulong)CKA.CKA_SIGN], template.Attributes.Select(a => a.Type));
        Assert.Equal((ulong)type, template.Attributes[0].GetValueAsUlong());
        Assert.Equal([1, 2], template.Attributes[2].GetValueAsByteArray());
        Assert.False(template.Attributes[3].GetValueAsBool());
        template.Dispose();
        Assert.All(template.Attributes, a => Assert.Throws<ObjectDisposedException>(a.GetValueAsByteArray));
    }

    [Fact]
    public void What_is_listed_of_each_object_is_its_own()
    {
        using TokenSession session = hsm.Open();
        TokenKey key = session.GenerateKey(new KeyRequest());
        session.StoreCertificate(TestCertificate.For(key.SubjectPublicKeyInfo.Span, "device"));
        session.GenerateKey(new KeyRequest("rsa", 7, KeyAlgorithm.Rsa2048));
        string hash = PublicKeyHash.Of(key.SubjectPublicKeyInfo.Span);
        IReadOnlyList<HsmObject> all = session.ListObjects();
        HsmObject Of(TokenObjectKind kind, string id) => all.Single(o => o.Class == kind && o.Id == id);
        Assert.Equal(5, all.Count);
        Assert.Equal(("tls", "EcP256", true, false, null, null), Facts(Of(TokenObjectKind.PrivateKey, "01")));
        Assert.Equal(("tls", "EcP256", null, null, null, hash), Facts(Of(TokenObjectKind.PublicKey, "01")));
        Assert.Equal(("client", "EcP256", null, null, "CN=device, OU=factory", hash), Facts(Of(TokenObjectKind.Certificate, "03")));
        Assert.Equal("Rsa2048", Of(TokenObjectKind.PublicKey, "07").Kind);
        Assert.All(all, o => Assert.Equal("aktualizr", o.TokenLabel));
        static (string, string, bool?, bool?, string?, string?) Facts(HsmObject o) => (o.Label, o.Kind, o.Sensitive, o.Extractable, o.Subject, o.PublicKeyHash);
    }

    [Fact]
    public void A_key_of_another_curve_is_listed_as_other_and_a_certificate_without_content_as_nothing()
    {
        hsm.Open().Dispose();
        Raw.WithSession(session => Raw.GenerateKey(session, "other", 5, curve: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A]));
        Raw.WithModule(library => Raw.StoreCertificate(library, [1, 2, 3], "broken", 6));
        using TokenSession opened = hsm.Open();
        IReadOnlyList<HsmObject> all = opened.ListObjects();
        Assert.Equal(["other", "other", ""], all.OrderBy(o => o.Class).Select(o => o.Kind));
        HsmObject broken = all.Single(o => o.Class == TokenObjectKind.Certificate);
        Assert.Equal((null, null, ""), (broken.PublicKeyHash, broken.Subject, broken.Detail));
    }

    [Fact]
    public void Words_of_an_object_are_cleaned_where_they_come_in_and_are_none_of_our_names()
    {
        hsm.Open().Dispose();
        Raw.WithSession(session => Raw.GenerateKey(session, "tls\u001b[31m\n", 1));
        Raw.WithModule(library => Raw.StoreCertificate(library, TestCertificate.ForNewKey("a\nb\u202e"), "client\r", 3));
        using TokenSession opened = hsm.Open();
        IReadOnlyList<HsmObject> all = opened.ListObjects();
        Assert.Equal(["tls [31m ", "tls [31m ", "client "], all.OrderBy(o => o.Class).Select(o => o.Label));
        Assert.All(all, o => Assert.DoesNotContain(o.ToString() + o.Subject, char.IsControl));
        Assert.DoesNotContain("\u202e", all.Single(o => o.Subject is not null).Subject!, StringComparison.Ordinal);
        Assert.DoesNotContain(opened.FindObjects(), DeviceObjects.Standard.Names);
    }

    private static void Read(ISession session, CKO type, Dictionary<CKA, byte[]> expected)
    {
        IObjectHandle handle = session.FindAllObjects([session.Factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, type)]).Single();
        Assert.All(expected, pair => Assert.Equal(pair.Value, session.GetAttributeValue(handle, new List<CKA> { pair.Key })[0].GetValueAsByteArray()));
    }
}
