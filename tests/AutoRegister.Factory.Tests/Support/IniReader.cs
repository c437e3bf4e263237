using Xunit;

namespace AutoRegister.Factory.Tests.Support;

/// <summary>Reads a sota.toml as the OTA client does, with boost's INI parser: what that would choke on fails the test.</summary>
public static class IniReader
{
    /// <summary>Checks a whole file.</summary>
    public static void Check(string text)
    {
        Assert.DoesNotContain('\\', text);
        var sections = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (string? line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[')
            {
                Assert.Equal(line.Length - 1, line.IndexOf(']', StringComparison.Ordinal));
                Assert.True(sections.Add(line), $"duplicate section name {line}");
                keys.Clear();
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            Assert.True(equals > 0, $"'=' character not found in line {line}");
            Assert.True(keys.Add(line[..equals].TrimEnd()), $"duplicate key name {line}");
        }
    }
}
