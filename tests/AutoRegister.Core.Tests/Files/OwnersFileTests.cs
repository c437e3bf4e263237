using System.Diagnostics;
using AutoRegister.Core.Afterwards;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.OtaClient;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

/// <summary>Files of other users, and in their directories: root must not be led elsewhere, stopped, or take them over.</summary>
public sealed class OwnersFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("owners-").FullName;

    private string Home => Path.Join(folder, "home");

    private string Docker => Path.Join(Home, ".docker", "config.json");

    [RootFact]
    public void Docker_s_configuration_of_a_user_stays_his_and_a_new_one_becomes_his()
    {
        MakeHome();
        Configure(Docker);
        Assert.Equal((12345u, 12345u), Owner(Docker));
        Assert.Equal((12345u, 12345u), Owner(Path.GetDirectoryName(Docker)!));
        Assert.Equal(AtomicFile.OwnerOnly, File.GetUnixFileMode(Docker));
        File.SetUnixFileMode(Docker, AtomicFile.WorldReadable);
        Configure(Docker);
        Assert.Equal(((12345u, 12345u), AtomicFile.WorldReadable), (Owner(Docker), File.GetUnixFileMode(Docker)));
    }

    [RootFact]
    public void A_user_s_link_in_place_of_a_directory_does_not_lead_root_elsewhere() => LeadElsewhere(".docker");

    [RootFact]
    public void A_user_s_link_in_place_of_the_file_does_not_lead_root_elsewhere() => LeadElsewhere(".docker/config.json");

    private void LeadElsewhere(string place)
    {
        MakeHome();
        string elsewhere = Directory.CreateDirectory(Path.Join(folder, "elsewhere")).FullName;
        File.WriteAllText(Path.Join(elsewhere, "config.json"), "{}");
        string link = Path.Join(Home, place);
        if (place != ".docker")
        {
            Give(Directory.CreateDirectory(Path.GetDirectoryName(link)!).FullName);
        }

        File.CreateSymbolicLink(link, place == ".docker" ? elsewhere : Path.Join(elsewhere, "config.json"));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Configure(Docker));
        Assert.Equal(ErrorId.DockerConfigInvalid, error.Id);
        Assert.Contains("root does not follow", error.Message, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(Path.Join(elsewhere, "config.json")));
    }

    [Fact]
    public void A_FIFO_stops_nobody()
    {
        string fifo = Path.Join(folder, "config.json");
        Fifo(fifo);
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => Configure(fifo)).Id);
        Assert.Throws<IOException>(() => SmallFile.Read(fifo));
        Assert.Throws<IOException>(() => SmallFile.Read("/dev/zero"));
    }

    [Fact]
    public void A_FIFO_where_everybody_may_make_files_is_no_lock_of_the_OTA_client()
    {
        Directory.CreateDirectory(Path.Join(folder, "var/lock"));
        Fifo(Path.Join(folder, OtaClientLock.LockPath));
        Assert.False(OtaClientLock.IsRunning(folder));
    }

    [Fact]
    public void The_API_token_behind_a_link_is_removed_and_the_link_too()
    {
        string token = Path.Join(folder, "real");
        File.WriteAllText(token, "token");
        string link = Path.Join(folder, "link");
        File.CreateSymbolicLink(link, "real");
        Assert.True(Remove(link));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Assert.False(Remove(link));
    }

    [Fact]
    public void An_API_token_that_has_another_name_is_not_called_removed()
    {
        string token = Path.Join(folder, "token");
        File.WriteAllText(token, "token");
        Process.Start("ln", [token, Path.Join(folder, "other")]).WaitForExit();
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Remove(token));
        Assert.Equal((ErrorId.ApiTokenNotRemoved, token), (error.Id, error.Target));
        Assert.Contains("2 names", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(token));
    }

    [RootFact]
    public void Another_user_s_link_does_not_make_root_delete_a_file()
    {
        MakeHome();
        string victim = Path.Join(folder, "victim");
        File.WriteAllText(victim, "kept");
        string link = Path.Join(Home, "token");
        File.CreateSymbolicLink(link, victim);
        Assert.Equal(ErrorId.ApiTokenNotRemoved, Assert.Throws<AutoRegisterException>(() => Remove(link)).Id);
        Assert.Equal("kept", File.ReadAllText(victim));
    }

    [Fact]
    public void A_directory_that_others_may_write_to_is_not_deleted_and_neither_is_what_a_link_leads_to()
    {
        string open = Directory.CreateDirectory(Path.Join(folder, "open")).FullName;
        File.SetUnixFileMode(open, DurableDirectory.Public | UnixFileMode.OtherWrite);
        Assert.Equal(ErrorId.WriteFailed, Assert.Throws<AutoRegisterException>(() => DurableDirectory.Delete(open)).Id);
        string ours = Directory.CreateDirectory(Path.Join(folder, "ours", "below")).Parent!.FullName;
        File.CreateSymbolicLink(Path.Join(ours, "link"), open);
        File.WriteAllText(Path.Join(open, "kept"), "x");
        File.CreateSymbolicLink(Path.Join(folder, "to-ours"), ours);
        Assert.Equal(ErrorId.WriteFailed, Assert.Throws<AutoRegisterException>(() => DurableDirectory.Delete(Path.Join(folder, "to-ours"))).Id);
        DurableDirectory.Delete(ours);
        Assert.False(Directory.Exists(ours));
        Assert.True(File.Exists(Path.Join(open, "kept")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Fifo(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
    }

    private static bool Remove(string path) => ApiTokenFile.Remove(
        new SotaConfig { Factory = "acme", Tags = ["main"], HardwareId = "board", ApiTokenFile = path }, new RecordingObserver());

    private static void Configure(string path) => DockerCredentialHelper.Write(path, DockerCredentialHelper.Merge(path, "hub.foundries.io", "fioup"));

    private static (uint User, uint Group) Owner(string path) => (Posix.StatusOf(path)!.Value.Owner, Posix.StatusOf(path)!.Value.Group);

    private static void Give(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = Posix.OpenDirectory(path);
        Posix.ChangeOwner(handle, 12345, path, 12345);
    }

    private void MakeHome()
    {
        File.SetUnixFileMode(folder, DurableDirectory.Public);
        Give(Directory.CreateDirectory(Home).FullName);
    }
}
