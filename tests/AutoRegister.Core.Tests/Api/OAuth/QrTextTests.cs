using AutoRegister.Core.Api.OAuth;
using Xunit;

namespace AutoRegister.Core.Tests.Api.OAuth;

public sealed class QrTextTests
{
    [Theory]
    [InlineData("https://127.0.0.1:43211/device?user_code=BCDF-GHJK")]
    [InlineData("https://app.foundries.io/activate/?user_code=WDJB-MJHT")]
    [InlineData("http://[fe80::1]/d")]
    [InlineData("https://example.com/gerät?code=ß")]
    public void ALinkCanBeReadBack(string link) => Assert.Equal(link, QrDecoder.Decode(QrText.Draw(link)));

    [Theory]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(50)]
    [InlineData(75)]
    [InlineData(105)]
    [InlineData(130)]
    [InlineData(150)]
    [InlineData(190)]
    [InlineData(229)]
    public void EverySizeCanBeReadBack(int length)
    {
        string link = "https://x.example/".PadRight(length, 'y')[..length];
        Assert.Equal(link, QrDecoder.Decode(QrText.Draw(link)));
    }

    [Fact]
    public void WhatIsTooLongIsNotDrawn() => Assert.Equal(string.Empty, QrText.Draw(new string('x', 4000)));
}
