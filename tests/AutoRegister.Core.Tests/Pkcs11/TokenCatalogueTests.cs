using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>When a token is listed anew; that it is right with a real one is <see cref="SharedTokenTests"/>.</summary>
public sealed class TokenCatalogueTests
{
    private readonly List<TokenObject> token = [new TokenObject(TokenObjectKind.PrivateKey, "first", "01")];
    private ulong? generation = 5;
    private int listed;

    [Fact]
    public void What_was_added_is_known_without_a_listing()
    {
        var catalogue = new TokenCatalogue(() => generation);
        Assert.Equal(token, catalogue.Objects(List));
        catalogue.Add(Put("02"), Put("03"));
        Assert.Equal(token, catalogue.Objects(List));
        Assert.Equal(1, listed);
    }

    [Fact]
    public void What_somebody_else_put_in_just_before_is_not_taken_for_our_own()
    {
        var catalogue = new TokenCatalogue(() => generation);
        catalogue.Objects(List);
        Put("theirs");
        catalogue.Add(Put("02"));
        Assert.Equal(token, catalogue.Objects(List));
        Assert.Equal(2, listed);
    }

    [Fact]
    public void What_was_added_before_a_listing_is_in_it_once()
    {
        var catalogue = new TokenCatalogue(() => generation);
        catalogue.Add(Put("02"));
        Assert.Equal(token, catalogue.Objects(List));
    }

    [Fact]
    public void Where_the_token_stops_telling_it_is_listed_each_time()
    {
        var catalogue = new TokenCatalogue(() => generation);
        catalogue.Objects(List);
        generation = null;
        catalogue.Objects(List);
        catalogue.Objects(List);
        Assert.Equal(3, listed);
    }

    private TokenObject Put(string id)
    {
        generation++;
        token.Add(new TokenObject(TokenObjectKind.PrivateKey, id, id));
        return token[^1];
    }

    private List<TokenObject> List()
    {
        listed++;
        return token;
    }
}
