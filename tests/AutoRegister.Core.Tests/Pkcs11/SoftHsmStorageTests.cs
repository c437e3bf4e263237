using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.SoftHsm;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Where SoftHSM2 keeps its tokens, and that their files are what is made durable.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class SoftHsmStorageTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("home-");
    private readonly string? homeBefore = Environment.GetEnvironmentVariable("HOME");
    private readonly string? configurationBefore = Environment.GetEnvironmentVariable("SOFTHSM2_CONF");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", homeBefore);
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", configurationBefore);
        home.Delete(recursive: true);
        hsm.Dispose();
    }

    [Fact]
    public void The_configuration_that_is_named_counts_before_the_user_s()
    {
        Configure("directories.tokendir = /of/the/user\n");
        Assert.NotEqual("/of/the/user", SoftHsmConfiguration.TokenDirectory());
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", null);
        Assert.Equal("/of/the/user", SoftHsmConfiguration.TokenDirectory());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/nonexistent/softhsm2.conf")]
    public void A_configuration_that_is_named_and_not_there_leads_nowhere_else(string named)
    {
        Configure("directories.tokendir = /of/the/user\n");
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", named);

        // Empty is not unset: SoftHSM2 tries to open it.
        if (Environment.GetEnvironmentVariable("SOFTHSM2_CONF") == named)
        {
            Assert.Null(SoftHsmConfiguration.TokenDirectory());
            Assert.Equal(ErrorId.HsmModuleUnusable, Assert.Throws<AutoRegisterException>(() => Pkcs11Module.Open(SoftHsm.ModulePath)).Id);
        }
    }

    [Theory]
    [InlineData("directories.tokendir=/a=b\n", "/a=b")]
    [InlineData("directories.tokendir = /a # of the tests\n#directories.tokendir = /b\n", "/a")]
    [InlineData("# directories.tokendir = /x\n directories.tokendir =  /a \ndirectories.tokendir = /b\nlog.level = INFO\n", "/b")]
    [InlineData("log.level = INFO\ndirectories.tokendir\n", null)]
    [InlineData("", null)]
    public void The_last_line_that_names_a_directory_counts(string text, string? expected)
    {
        Configure(text);
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", null);
        Assert.Equal(expected, SoftHsmConfiguration.TokenDirectory());
    }

    [Fact]
    public void A_token_s_directory_ends_with_its_serial_number_and_others_are_none()
    {
        string tokens = SoftHsmConfiguration.TokenDirectory()!;
        Directory.CreateDirectory(Path.Join(tokens, "lost+found"));
        using (TokenSession session = hsm.Open())
        {
            Assert.Contains(session.Token.Serial, SoftHsmStorage.TokenDirectories().Select(SoftHsmStorage.SerialOf));
        }

        Assert.Equal("8899aabbccddeeff", SoftHsmStorage.SerialOf("/tokens/00112233-4455-6677-8899-aabbccddeeff"));
        Assert.All(SoftHsmStorage.TokenDirectories(), directory => Assert.True(Guid.TryParse(Path.GetFileName(directory), out _)));
        Configure("directories.tokendir = /nonexistent/tokens\n");
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", null);
        Assert.Empty(SoftHsmStorage.TokenDirectories());
        Configure("log.level = INFO\n");
        Assert.Empty(SoftHsmStorage.TokenDirectories());
    }

    [Fact]
    public void The_token_s_own_files_are_made_durable_and_no_other_s()
    {
        SoftHsm.InitializeToken("payments");
        using TokenSession session = hsm.Open();
        string ours = SoftHsmStorage.TokenDirectories().Single(d => SoftHsmStorage.SerialOf(d) == session.Token.Serial);
        foreach (string other in SoftHsmStorage.TokenDirectories().Where(d => d != ours))
        {
            File.CreateSymbolicLink(Path.Join(other, "unreadable.object"), "/nonexistent/file");
        }

        session.MakeDurable();

        // A file that cannot be opened shows that its directory was gone through.
        File.CreateSymbolicLink(Path.Join(ours, "unreadable.object"), "/nonexistent/file");
        Assert.Equal(ErrorId.WriteFailed, Assert.Throws<AutoRegisterException>(session.MakeDurable).Id);
    }

    [Fact]
    public void An_object_is_written_anew_once_and_where_somebody_changed_it()
    {
        using TokenSession session = hsm.Open();
        session.GenerateKey(new KeyRequest());
        session.MakeDurable();
        string[] objects = [.. hsm.ObjectFiles().Order(StringComparer.Ordinal)];
        string token = hsm.TokenFiles().Single(file => Path.GetDirectoryName(file) == Path.GetDirectoryName(objects[0]));
        Assert.Equal([false, false, true], Rewritten([.. objects, token], session.MakeDurable));

        File.SetLastWriteTimeUtc(objects[1], DateTime.UnixEpoch);
        Assert.Equal([false, true, true], Rewritten([.. objects, token], session.MakeDurable));
    }

    [Fact]
    public async Task The_mark_of_one_device_and_the_durable_files_of_another_do_not_meet()
    {
        using TokenSession session = hsm.Open();
        var durable = Task.Run(() => Array.ForEach(new int[100], _ => session.MakeDurable()));
        while (!durable.IsCompleted)
        {
            SoftHsmOrigin.Mark(session.Token.Serial, JournalOrigin.Unknown, session.Variables);
        }

        await durable;
    }

    private static bool[] Rewritten(string[] files, Action action)
    {
        string[] before = [.. files.Select(file => Posix.StatusOf(file)!.Value.Version)];
        action();
        return [.. files.Select((file, n) => Posix.StatusOf(file)!.Value.Version != before[n])];
    }

    [NssFact]
    public void Only_softhsm_needs_it()
    {
        using var nss = new Nss();
        using var softHsm = Pkcs11Module.Open(SoftHsm.ModulePath);
        using var other = Pkcs11Module.Open(Nss.ModulePath!, nss.Settings().ModuleParameters);
        Assert.True(SoftHsmStorage.Serves(softHsm.Loaded.Manufacturer));
        Assert.False(SoftHsmStorage.Serves(other.Loaded.Manufacturer));
    }

    private void Configure(string text)
    {
        string directory = Directory.CreateDirectory(Path.Join(home.FullName, ".config", "softhsm2")).FullName;
        File.WriteAllText(Path.Join(directory, "softhsm2.conf"), text);
        Environment.SetEnvironmentVariable("HOME", home.FullName);
    }
}
