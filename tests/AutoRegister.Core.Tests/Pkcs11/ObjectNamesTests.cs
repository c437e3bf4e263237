using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>How keys, certificates and ids are named, and whose they are by their names.</summary>
public sealed class ObjectNamesTests
{
    private static readonly DeviceObjects Shared = DeviceObjects.Under(new ObjectId("0a02"));

    [Theory]
    [InlineData(TokenObjectKind.PrivateKey, "tls", "01", null, "private key \"tls\" (id 01)")]
    [InlineData(TokenObjectKind.PublicKey, "", "", null, "public key \"\" (id none)")]
    [InlineData(TokenObjectKind.Certificate, "client", "03", "CN=x", "certificate \"client\" (id 03, subject CN=x)")]
    [InlineData(TokenObjectKind.Unreadable, "", "", null, "unreadable object \"\" (id none)")]
    public void An_object_is_named_by_what_tells_it_from_others(TokenObjectKind kind, string label, string id, string? subject, string words) =>
        Assert.Equal(words, new TokenObject(kind, label, id, Subject: subject).ToString());

    [Theory]
    [InlineData("a", "02", "\"a\" (id 02)")]
    [InlineData("a", null, "\"a\"")]
    [InlineData(null, "02", "id 02")]
    [InlineData(null, null, "any key")]
    public void A_reference_is_named_by_what_it_asks_for(string? label, string? id, string words) => Assert.Equal(words, new KeyReference(label, id).ToString());

    [Theory]
    [InlineData(TokenObjectKind.PrivateKey, "tls-0a02", "0a02", true, true)]
    [InlineData(TokenObjectKind.PublicKey, "tls-0a02", "ff", true, false)]
    [InlineData(TokenObjectKind.PublicKey, "else", "0a02", true, false)]
    [InlineData(TokenObjectKind.PrivateKey, "client-0a02", "ff", false, false)]
    [InlineData(TokenObjectKind.Certificate, "client-0a02", "0a02", true, true)]
    [InlineData(TokenObjectKind.Certificate, "client-0a02", "ff", true, false)]
    [InlineData(TokenObjectKind.Certificate, "else", "0a02", true, false)]
    [InlineData(TokenObjectKind.Certificate, "tls-0a02", "ff", false, false)]
    [InlineData(TokenObjectKind.Certificate, "else", "ff", false, false)]
    public void One_name_touches_a_device_and_both_are_its_own(TokenObjectKind kind, string label, string id, bool touches, bool names)
    {
        var item = new TokenObject(kind, label, id);
        Assert.Equal((touches, names), (Shared.Touches(item), Shared.Names(item)));
    }

    [Theory]
    [InlineData(TokenObjectKind.PublicKey, "tls", "03", true)]
    [InlineData(TokenObjectKind.PublicKey, "else", "03", false)]
    [InlineData(TokenObjectKind.Certificate, "else", "01", false)]
    [InlineData(TokenObjectKind.Certificate, "else", "03", true)]
    public void A_key_s_id_is_no_certificate_s(TokenObjectKind kind, string label, string id, bool touches) =>
        Assert.Equal(touches, DeviceObjects.Standard.Touches(new TokenObject(kind, label, id)));

    [Fact]
    public void A_token_of_its_own_is_told_from_one_that_is_shared()
    {
        Assert.True(DeviceObjects.Standard.IsStandard);
        Assert.False(Shared.IsStandard);
        Assert.Equal([0x0a, 0x02], Shared.KeyId.ToBytes());
        Assert.Equal("0a", ObjectId.FromByte(10).ToString());
        Assert.Equal(DeviceObjects.Standard.KeyId, new KeyRequest().Id);
        Assert.Equal(new ObjectId("0a02"), new KeyRequest("x", new ObjectId("0a02")).Id);
    }

    [Theory]
    [InlineData(TokenObjectKind.PrivateKey, true, false, "sensitive, never leaves the token")]
    [InlineData(TokenObjectKind.PrivateKey, false, true, "NOT sensitive, EXTRACTABLE")]
    [InlineData(TokenObjectKind.PrivateKey, null, null, "not shown, not shown")]
    [InlineData(TokenObjectKind.PublicKey, true, false, "")]
    [InlineData(TokenObjectKind.Certificate, null, null, "CN=x")]
    public void What_a_person_needs_to_know_of_an_object_is_shown(TokenObjectKind kind, bool? sensitive, bool? extractable, string detail)
    {
        var item = new HsmObject { Class = kind, Label = "l", Id = "", Kind = "", TokenLabel = "t", Sensitive = sensitive, Extractable = extractable, Subject = "CN=x" };
        Assert.Equal(detail, item.Detail);
        Assert.Equal($"{kind} \"l\" (id none)", item.ToString());
        Assert.Equal($"{kind} \"l\" (id 07)", (item with { Id = "07" }).ToString());
    }

    [Fact]
    public void A_certificate_without_a_subject_has_no_detail() =>
        Assert.Empty(new HsmObject { Class = TokenObjectKind.Certificate, Label = "l", Id = "", Kind = "", TokenLabel = "t" }.Detail);
}
