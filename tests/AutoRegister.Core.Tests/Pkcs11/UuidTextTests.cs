using AutoRegister.Core.Pkcs11.Modules;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

public sealed class UuidTextTests
{
    [Theory]
    [InlineData("OP-TEE PKCS11 TA - TEE UUID 94e9ab89-4c43-56ea-8b35-45dc07226830", "94e9ab89-4c43-56ea-8b35-45dc07226830")]
    [InlineData("94e9ab89-4c43-56ea-8b35-45dc07226830 and more", "94e9ab89-4c43-56ea-8b35-45dc07226830")]
    [InlineData("94E9AB89-4C43-56EA-8B35-45DC07226830", null)]
    [InlineData("94e9ab89-4c43-56ea-8b35-45dc0722683", null)]
    [InlineData("SoftHSM slot ID 0x1a2b3c4d", null)]
    [InlineData("", null)]
    public void Only_lower_case_8_4_4_4_12_counts(string text, string? uuid) => Assert.Equal(uuid, UuidText.Find(text));
}
