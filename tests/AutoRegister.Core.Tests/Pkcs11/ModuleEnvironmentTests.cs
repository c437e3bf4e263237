using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.SoftHsm;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What a session sets and removes reaches a module before it is initialised, and one that is in use keeps what it found.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class ModuleEnvironmentTests : IDisposable
{
    private const string Variable = "SOFTHSM2_CONF";

    private readonly string? before = Environment.GetEnvironmentVariable(Variable);
    private readonly string? homeBefore = Environment.GetEnvironmentVariable("HOME");
    private readonly SoftHsm hsm = new();
    private readonly RecordingObserver observer = new();
    private readonly DirectoryInfo other = Directory.CreateTempSubdirectory("softhsm-other-");
    private readonly string otherConfiguration;

    public ModuleEnvironmentTests()
    {
        SoftHsm.InitializeToken("first");
        string first = Environment.GetEnvironmentVariable(Variable)!;
        Directory.CreateDirectory(Path.Join(other.FullName, "tokens"));
        Directory.CreateDirectory(Path.Join(other.FullName, ".config", "softhsm2"));
        otherConfiguration = Path.Join(other.FullName, ".config", "softhsm2", "softhsm2.conf");
        File.WriteAllText(otherConfiguration, $"directories.tokendir = {other.FullName}/tokens\nobjectstore.backend = file\n");
        Environment.SetEnvironmentVariable(Variable, otherConfiguration);
        SoftHsm.InitializeToken("second");
        Environment.SetEnvironmentVariable(Variable, first);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", homeBefore);
        Environment.SetEnvironmentVariable(Variable, before);
        Environment.SetEnvironmentVariable("UNRELATED_TESTED", null);
        other.Delete(recursive: true);
        hsm.Dispose();
    }

    [Fact]
    public void What_a_session_sets_is_what_the_module_finds()
    {
        Assert.Equal(["first"], Labels());

        // As $env:SOFTHSM2_CONF = … does it: in .NET's copy alone.
        Environment.SetEnvironmentVariable(Variable, otherConfiguration);
        Assert.NotEqual(otherConfiguration, NativeEnvironment.Read(Variable));
        Assert.Equal(["second"], Labels());
        Assert.Equal(otherConfiguration, NativeEnvironment.Read(Variable));
        Assert.StartsWith(other.FullName, SoftHsmConfiguration.TokenDirectory(), StringComparison.Ordinal);
        Assert.Empty(observer.Warnings);
    }

    [Fact]
    public void What_a_session_removes_is_gone_for_the_module_too()
    {
        Assert.Equal(["first"], Labels());
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable("HOME", other.FullName);
        Assert.Equal(["second"], Labels());
        Assert.Null(NativeEnvironment.Read(Variable));
        Assert.Equal(other.FullName, NativeEnvironment.Read("HOME"));
        Assert.StartsWith(other.FullName, SoftHsmConfiguration.TokenDirectory(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_else_is_handed_over()
    {
        Environment.SetEnvironmentVariable("UNRELATED_TESTED", "1");
        Labels();
        Assert.Null(NativeEnvironment.Read("UNRELATED_TESTED"));
    }

    [Fact]
    public void A_module_in_use_keeps_what_it_found_and_a_change_is_said_once()
    {
        using (var first = Pkcs11Module.Open(SoftHsm.ModulePath, observer: observer))
        {
            string found = SoftHsmConfiguration.TokenDirectory()!;
            Environment.SetEnvironmentVariable(Variable, otherConfiguration);
            Assert.Equal(["first"], Labels());
            Assert.Equal(["first"], Labels());
            Assert.Contains($" became SOFTHSM2_CONF={otherConfiguration}: it goes on with what it found.", Assert.Single(observer.Warnings), StringComparison.Ordinal);

            // What we read of its files is what it has.
            Assert.Equal(found, SoftHsmConfiguration.TokenDirectory(first.Loaded.Variables));
            Assert.StartsWith(other.FullName, SoftHsmConfiguration.TokenDirectory(), StringComparison.Ordinal);
        }

        Assert.Equal(["second"], Labels());
        Assert.Single(observer.Warnings);
    }

    [Fact]
    public void A_change_that_is_taken_back_is_nothing_to_say()
    {
        using var first = Pkcs11Module.Open(SoftHsm.ModulePath, observer: observer);
        string found = Environment.GetEnvironmentVariable(Variable)!;
        Environment.SetEnvironmentVariable(Variable, otherConfiguration);
        Environment.SetEnvironmentVariable(Variable, found);
        Assert.Equal(["first"], Labels());
        Assert.Empty(observer.Warnings);
    }

    private string[] Labels()
    {
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath, observer: observer);
        return [.. module.ListTokens().Where(token => token.IsInitialized).Select(token => token.Label)];
    }
}
