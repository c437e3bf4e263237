using System.Diagnostics;
using System.Text;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>
/// What the parser accepts, a real shell reads the same: the files are sourced, as upstream does, and the variables
/// compared. No accepted file makes the shell run anything.
/// </summary>
[Trait("Takes", "long")]
public sealed class ShellDifferentialTests : IDisposable
{
    private const int Files = 4_000;

    private static readonly string[] Names = ["HSM_MODULE", "HSM_PIN", "HSM_PI", "HSM_SOPIN", "A"];

    private readonly string directory = Directory.CreateTempSubdirectory("autoregister-shell-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("sh", 11)]
    [InlineData("bash", 12)]
    public void A_shell_that_sources_the_file_gets_the_same_values(string shell, int seed)
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Join(p, shell))))
        {
            Assert.NotEqual("sh", shell);
            return;
        }

        List<string> expected = WriteAccepted(seed);
        List<string> actual = Source(shell, Files);
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(
                expected[i] == actual[i],
                $"{shell}: file {i}: {File.ReadAllText(Path.Join(directory, $"f{i}"))}\nparser: {expected[i]}\nshell:  {actual[i]}");
        }

        Assert.False(File.Exists(Path.Join(directory, ConfigFuzzer.Canary)));
    }

    [Fact]
    public void The_canary_sings_where_a_shell_sources_what_the_parser_refuses()
    {
        byte[] content = Encoding.UTF8.GetBytes($"HSM_PIN=$(touch {ConfigFuzzer.Canary})\n");
        Assert.Null(Parse(content));
        File.WriteAllBytes(Path.Join(directory, "f0"), content);
        Source("sh", 1);
        Assert.True(File.Exists(Path.Join(directory, ConfigFuzzer.Canary)));
    }

    // Unset and empty differ: a value is shown after an equals sign.
    private List<string> WriteAccepted(int seed)
    {
        var fuzzer = new ConfigFuzzer(seed, HsmCorpus.Lines);
        var expected = new List<string>();
        while (expected.Count < Files)
        {
            byte[] content = fuzzer.Next();

            // Only here is ours not the shell: CR LF ends a line, and a byte order mark is no part of the first name.
            if (content.Contains((byte)'\r') || content.AsSpan().StartsWith("\uFEFF"u8) || Parse(content) is not string values)
            {
                continue;
            }

            File.WriteAllBytes(Path.Join(directory, $"f{expected.Count}"), content);
            expected.Add(values);
        }

        return expected;
    }

    private static string? Parse(byte[] content)
    {
        try
        {
            using var file = ConfigFile.FromBytes("hsm", content);
            using var assignments = ShellAssignments.Parse(file);
            return string.Join('\0', Names.Select(n => assignments.Find(n) is { } a ? "=" + Encoding.UTF8.GetString(a.Value.Utf8) : ""));
        }
        catch (AutoRegisterException)
        {
            return null;
        }
    }

    private List<string> Source(string shell, int files)
    {
        // Names a pattern could match, so that an expansion shows.
        foreach (string? name in new[] { "b", "SESAME3", "HSM_PIN=SESAMEx", "A=1" })
        {
            File.WriteAllText(Path.Join(directory, name), string.Empty);
        }

        string show = string.Join(' ', Names.Select(n => $"\"${{{n}+=${n}}}\""));
        File.WriteAllText(
            Path.Join(directory, "driver"),
            $"unset {string.Join(' ', Names)}\ni=0\nwhile [ $i -lt {files} ]; do\n(. ./f$i && printf '%s\\0%s\\0%s\\0%s\\0%s\\n' {show} || echo \"f$i failed\") </dev/null\ni=$((i+1))\ndone\n");
        using Process process = Process.Start(new ProcessStartInfo(shell, "driver") { WorkingDirectory = directory, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return [.. lines];
    }
}
