using System.Text;
using AutoRegister.Core.Base;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Configuration;

/// <summary>Whatever a file holds, there is one clear error or a value that keeps its promises; nothing runs, nothing leaks.</summary>
[Trait("Takes", "long")]
public sealed class ConfigFuzzTests
{
    private const int Rounds = 40_000;

    // Stands in all secrets of the corpus. No message may have it.
    private const string Sesame = "SESAME";

    [Fact]
    public void The_hsm_file() => Fuzz(1, HsmCorpus.Lines, file =>
    {
        using var hsm = HsmFile.Parse(file, new RecordingObserver());
        foreach (Sourced<string>? text in new[] { hsm.Module, hsm.TokenSerial, hsm.UriText })
        {
            Assert.False(text?.Value is "" || text?.Value.AsSpan().ContainsAny('\n', '\r', '\0') == true);
        }

        foreach (Sourced<Secret>? secret in new[] { hsm.Pin, hsm.SoPin })
        {
            Assert.False(secret?.Value.Length == 0);
            Assert.False(secret?.Value.Utf8.ContainsAny((byte)'\n', (byte)'\r', (byte)0) ?? false);
        }

        if (hsm.Pin is { } pin && HsmRules.PinProblem(pin.Value.Utf8) is string problem)
        {
            Assert.DoesNotContain(Sesame, problem, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void The_token_file() => Fuzz(2, [Sesame + "0123456789abcdef", "", "  " + Sesame + "\t", "eyJhbGciOi" + Sesame + ".e30.x-_", "*", "--force=1"], file =>
    {
        using Secret token = ApiTokenSetting.Parse(file).Value;
        Assert.False(token.Utf8.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E));
        Assert.True(token.Length > 0);
    });

    [Fact]
    public void The_tag_file() => Fuzz(3, ["main", "devel", "main,devel", "", "release-1.2_3", " x "], file =>
    {
        IReadOnlyList<string> tags = TagList.Parse(file, new RecordingObserver()).Value;
        Assert.NotEmpty(tags);
        Assert.All(tags, t => Assert.True(t.Length is > 0 and <= 255 && t.All(c => char.IsAsciiLetterOrDigit(c) || "._-".Contains(c, StringComparison.Ordinal))));
    });

    [Fact]
    public void The_os_release_file() => Fuzz(4, [DeviceRoot.OsReleaseText, "LMP_FACTORY=acme\nLMP_FACTORY_TAG='main'\nLMP_MACHINE=m", "ID=lmp", "# x", "", "PRETTY_NAME=\"LmP \\\"4\\\"\""], file =>
    {
        var osRelease = OsRelease.Parse(file);
        var inputs = new SettingInputs(new(), _ => null, new RecordingObserver());
        Assert.InRange(FactoryIdentity.Factory(osRelease, null).Value.Length, 1, 64);
        Assert.NotEmpty(TagList.OfImage(osRelease, inputs).Value);
        Assert.InRange(FactoryIdentity.HardwareId(osRelease, null).Value.Length, 1, 200);
    });

    [Fact]
    public void The_host_name_file() => Fuzz(5, ["gate-7", "", "# comment", "gate-7.example"], file =>
        Assert.Matches("^[A-Za-z0-9._-]{1,64}$", DeviceName.ParseHostname(file, out _)));

    private static void Fuzz(int seed, string[] corpus, Action<ConfigFile> parse)
    {
        var fuzzer = new ConfigFuzzer(seed, corpus);
        int accepted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] content = fuzzer.Next();
            Exception? error = Record.Exception(() =>
            {
                using var file = ConfigFile.FromBytes("/etc/file", content);
                parse(file);
            });
            accepted += error is null ? 1 : 0;
            if (error is not null and not AutoRegisterException)
            {
                Assert.Fail($"Seed {seed}, round {round}: {error} for {Convert.ToHexString(content)} ({Encoding.Latin1.GetString(content)})");
            }

            if (error is AutoRegisterException said)
            {
                Assert.InRange(said.Id, ErrorId.RootNotFound, ErrorId.PlainHttpRefused);
                Assert.Equal(FailureSort.Configuration, said.Sort);
                Assert.InRange(said.Message.Length, 10, 400);
                Assert.Null(Characters.Unprintable(said.Message));
                Assert.DoesNotContain(Sesame, said.Message + said.RecommendedAction + said.Target, StringComparison.Ordinal);
            }
        }

        // A fuzzer that only makes garbage tests only the first check.
        Assert.InRange(accepted, Rounds / 20, Rounds * 19 / 20);
        Assert.False(File.Exists(ConfigFuzzer.Canary));
    }
}
