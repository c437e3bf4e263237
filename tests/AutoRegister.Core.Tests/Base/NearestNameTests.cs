using AutoRegister.Core.Base;
using Xunit;

namespace AutoRegister.Core.Tests.Base;

/// <summary>Which name somebody meant who wrote another.</summary>
public sealed class NearestNameTests
{
    private static readonly string[] Known = ["HSM_MODULE", "HSM_PIN", "HSM_SOPIN", "HSM_TIMEOUT", "id"];

    [Theory]
    [InlineData("HSM_MODUL", "HSM_MODULE")]
    [InlineData("HSM_MODLUE", "HSM_MODULE")]
    [InlineData("hsm-module", "HSM_MODULE")]
    [InlineData("HSMMODULE", "HSM_MODULE")]
    [InlineData("MODULE", "HSM_MODULE")]
    [InlineData("HSM_MODULE_PATH", "HSM_MODULE")]
    [InlineData("HSM_PINN", "HSM_PIN")]
    [InlineData("PIN", "HSM_PIN")]
    [InlineData("HSM_SO_PIN", "HSM_SOPIN")]
    [InlineData("SO_PIN", "HSM_SOPIN")]
    [InlineData("HSM_SPIN", "HSM_PIN HSM_SOPIN")]
    [InlineData("Id", "id")]
    [InlineData("ID2", "id")]
    [InlineData("HSM_USER_SECRET", "")]
    [InlineData("LANG", "")]
    [InlineData("HSM", "")]
    [InlineData("IN", "id")]
    [InlineData("", "")]
    public void Nearest(string name, string expected) => Assert.Equal(expected, string.Join(' ', NearestName.Of(name, Known)));

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a b", "a and b")]
    [InlineData("a b c", "a, b and c")]
    public void In_a_sentence(string names, string words) => Assert.Equal(words, NearestName.Words(names.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}
