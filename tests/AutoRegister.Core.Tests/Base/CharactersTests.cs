using AutoRegister.Core.Base;
using Xunit;

namespace AutoRegister.Core.Tests.Base;

public sealed class CharactersTests
{
    [Fact]
    public void AQuoteIsNoLongerThanALine()
    {
        string longest = new('a', 60);
        int limit = Characters.Quote(new string('a', 1000)).Length - 3;
        Assert.InRange(limit, longest.Length, 200);
        Assert.Equal($"'{new string('a', limit)}'", Characters.Quote(new string('a', limit)));
        Assert.Equal($"'{new string('a', limit)}…'", Characters.Quote(new string('a', limit + 1)));
    }

    [Fact]
    public void AQuoteNeverEndsInHalfOfACharacter()
    {
        int limit = Characters.Quote(new string('a', 1000)).Length - 3;
        string text = new string('a', limit - 1) + "😀" + new string('b', 10);
        Assert.Equal($"'{new string('a', limit - 1)}…'", Characters.Quote(text));
    }

    [Theory]
    [InlineData("a b", "a blank")]
    [InlineData("a*b*", "'*'")]
    [InlineData("a\u0007", "U+0007")]
    [InlineData("a😀", "'😀'")]
    [InlineData("ab", null)]
    public void WhatIsNotAllowedIsNamed(string text, string? named) => Assert.Equal(named, Characters.Outside(text, Characters.Name));
}
