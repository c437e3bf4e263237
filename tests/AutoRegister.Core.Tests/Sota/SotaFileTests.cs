using AutoRegister.Core.Base;
using AutoRegister.Core.Sota;
using Xunit;

namespace AutoRegister.Core.Tests.Sota;

/// <summary>A sota.toml that is there is read without its PIN, and is the same file otherwise.</summary>
public sealed class SotaFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("[p11]\npass = \"8765\"\nlabel = \"x\"\n", "[p11]\npass = \"1111\"\nlabel = \"x\"\n")]
    [InlineData("  \"pass\"=\t'8765' # comment\r\n", "  \"pass\"=\t'1111' # comment\r\n")]
    [InlineData("pass = \"8\\\"7\" # \"9\"\n", "pass = \"1\\\"1\" # \"9\"\n")]
    [InlineData("pass = 8765", "pass = 1111")]
    [InlineData("pass = \"ü\"\npassword = \"8\"\n", "pass = \"11\"\npassword = \"8\"\n")]
    [InlineData("pass\n= \"x\"\n= 8\n", "pass\n= \"x\"\n= 8\n")]
    public void The_pin_is_not_read(string text, string expected)
    {
        File.WriteAllText(path, text);
        Assert.Equal(expected, SotaFile.ReadText(path));
    }

    [Theory]
    [InlineData("[p11]\npass = \"8765\"\nlabel = \"x\"\n", "8765")]
    [InlineData("  \"pass\"=\t'87 65' \r\n", "87 65")]
    [InlineData("[p11]\nlabel = \"x\"\n", "")]
    public void Who_needs_the_pin_gets_it_as_a_secret(string text, string expected)
    {
        File.WriteAllText(path, text);
        using Secret pin = SotaFile.ReadPin(path);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(expected), pin.Utf8.ToArray());
    }
}
