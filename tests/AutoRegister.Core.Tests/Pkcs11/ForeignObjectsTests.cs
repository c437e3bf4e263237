using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Foreign and incomplete objects among those that are listed: one object at a time is ours or is not.</summary>
public sealed class ForeignObjectsTests
{
    private static readonly byte[] Key = [1, 2, 3];
    private static readonly string Hash = PublicKeyHash.Of(Key);
    private static readonly TokenObject Private = new(TokenObjectKind.PrivateKey, "tls", "01");
    private static readonly TokenObject Public = new(TokenObjectKind.PublicKey, "tls", "01", Hash);
    private static readonly TokenObject Certificate = new(TokenObjectKind.Certificate, "client", "03", Hash, "CN=x");

    [Fact]
    public void What_belongs_to_the_known_key_is_no_stranger() =>
        Assert.Empty(TokenConflicts.Find([Private, Public, Certificate], Key, DeviceObjects.Standard));

    [Fact]
    public void Without_a_known_key_everything_under_our_names_is_a_stranger_and_nothing_else() =>
        Assert.Equal([Private, Public, Certificate], TokenConflicts.Find([Private, Public, Certificate, new(TokenObjectKind.PublicKey, "a", "02", Hash)], [], DeviceObjects.Standard));

    [Fact]
    public void A_private_key_is_ours_by_its_public_key_only()
    {
        Assert.Equal([Private], TokenConflicts.Find([Private, Certificate], Key, DeviceObjects.Standard));
        TokenObject other = Public with { PublicKeyHash = "other" };
        Assert.Equal([Private, other], TokenConflicts.Find([Private, other], Key, DeviceObjects.Standard));
        TokenObject elsewhere = Public with { Label = "else" };
        Assert.Equal([Private, elsewhere], TokenConflicts.Find([Private, elsewhere], Key, DeviceObjects.Standard));
        TokenObject beside = Private with { Label = "else" };
        Assert.Equal([beside], TokenConflicts.Find([Private, Public, beside], Key, DeviceObjects.Standard));
    }

    [Fact]
    public void The_first_stranger_is_named()
    {
        TokenConflicts.Check(SomeToken.Ready, [Public, Certificate], Key, DeviceObjects.Standard);
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenConflicts.Check(SomeToken.Ready, [Public, Certificate], [], DeviceObjects.Standard));
        Assert.Equal((ErrorId.HsmObjectConflict, Public), (e.Id, e.Target));
    }

    [Fact]
    public void Halves_are_keys_under_both_our_names_without_their_other_half()
    {
        TokenObject other = new(TokenObjectKind.PublicKey, "tls", "02");
        Assert.Empty(TokenConflicts.FindIncompletePairs([Private, Public, Certificate], DeviceObjects.Standard));
        Assert.Empty(TokenConflicts.FindIncompletePairs([Certificate, other], DeviceObjects.Standard));
        Assert.Equal([Private], TokenConflicts.FindIncompletePairs([Private, Certificate, other], DeviceObjects.Standard));
        Assert.Equal([Public, Public], TokenConflicts.FindIncompletePairs([Public, Certificate, Public], DeviceObjects.Standard));
    }

    [Theory]
    [InlineData(TokenObjectKind.PrivateKey, "tls", "01", null, false)]
    [InlineData(TokenObjectKind.PublicKey, "tls", "01", "hash", false)]
    [InlineData(TokenObjectKind.PublicKey, "tls", "01", null, true)]
    [InlineData(TokenObjectKind.Certificate, "client", "03", null, true)]
    [InlineData(TokenObjectKind.Certificate, "else", "05", null, false)]
    [InlineData(TokenObjectKind.PrivateKey, "", "01", null, true)]
    [InlineData(TokenObjectKind.PublicKey, "tls", "", "hash", true)]
    [InlineData(TokenObjectKind.Unreadable, "tls", "01", "hash", true)]
    public void Objects_that_may_be_ours_and_lack_something_are_incomplete(TokenObjectKind kind, string label, string id, string? hash, bool debris)
    {
        var item = new TokenObject(kind, label, id, hash);
        Assert.Equal(debris ? [item] : [], IncompleteObjects.Find([item], [], DeviceObjects.Standard));
        Assert.Empty(IncompleteObjects.Find([item], IncompleteObjects.Inventory([item]), DeviceObjects.Standard));
    }

    [Fact]
    public void The_inventory_has_each_torn_object_and_no_whole_one()
    {
        TokenObject nameless = Public with { Id = string.Empty };
        Assert.Equal([$"{nameless} {Hash}", "unreadable object \"\" (id none)"], IncompleteObjects.Inventory([Private, Public, nameless, Certificate, new(TokenObjectKind.Unreadable, "", "")]));
    }
}
