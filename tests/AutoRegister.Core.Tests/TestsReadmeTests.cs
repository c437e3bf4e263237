using System.Text.RegularExpressions;
using AutoRegister.Core.Tests.Enrollment;
using Xunit;

namespace AutoRegister.Core.Tests;

/// <summary><c>tests/README.md</c> names every acceptance file and every folder of these tests, and nothing that is not there.</summary>
public sealed partial class TestsReadmeTests
{
    private static readonly string Tests = Path.GetFullPath(Path.Join(RequestCase.Folder, "..", ".."));
    private static readonly string[] Named =
        [.. Cell().Matches(File.ReadAllText(Path.Join(Tests, "README.md"))).SelectMany(row => Code().Matches(row.Groups[1].Value)).Select(code => code.Groups[1].Value)];

    [Fact]
    public void What_it_names_is_there() => Assert.All(Named, name => Assert.True(Path.Exists(Path.Join(Tests, name)), $"there is no '{name}'"));

    [Fact]
    public void Every_acceptance_file_is_named() =>
        Assert.All(Directory.GetFiles(Tests, "*.Tests.ps1"), file => Assert.Contains(Path.GetFileName(file), Named));

    [Fact]
    public void Every_folder_of_the_core_s_tests_is_named()
    {
        const string Project = "AutoRegister.Core.Tests";
        string[] folders = [.. Directory.GetDirectories(Path.Join(Tests, Project)).Where(folder => Directory.EnumerateFiles(folder, "*Tests.cs").Any()).Select(folder => Path.GetFileName(folder))];
        Assert.NotEmpty(folders);
        Assert.All(folders, folder => Assert.Contains($"{Project}/{folder}", Named));
    }

    [GeneratedRegex(@"^\|[^|]+\|(.+)\|$", RegexOptions.Multiline)]
    private static partial Regex Cell();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
