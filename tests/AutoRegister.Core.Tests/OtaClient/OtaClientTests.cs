using System.Diagnostics;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.OtaClient;
using AutoRegister.Core.Tests.Configuration;
using Xunit;

namespace AutoRegister.Core.Tests.OtaClient;

public sealed class OtaClientTests : IDisposable
{
    // What boost::interprocess::file_lock does: an exclusive fcntl lock on the whole file, held until its input ends. In Perl,
    // which every Debian has; the format is struct flock of 64-bit Linux.
    private const string Holder = """
        use Fcntl;
        open(my $file, "+<", $ARGV[0]) or die $!;
        my $kind = $ARGV[1] eq "shared" ? F_RDLCK : F_WRLCK;
        fcntl($file, F_SETLKW, pack("s s x4 q q i x4", $kind, 0, 0, 0, 0)) or die $!;
        $| = 1;
        print "held\n";
        <STDIN>;
        """;

    private readonly DeviceRoot device = new();

    [Fact]
    public void NoLockFileMeansNotRunning() => Assert.False(OtaClientLock.IsRunning(device.Path));

    [Fact]
    public void AFileThatNobodyLocksIsALeftover()
    {
        device.Write(OtaClientLock.LockPath, string.Empty);
        Assert.False(OtaClientLock.IsRunning(device.Path));
    }

    [Theory]
    [InlineData("exclusive", true)]
    [InlineData("shared", false)]
    public void TheLockOfAnotherProcessDecides(string kind, bool running)
    {
        device.Write(OtaClientLock.LockPath, string.Empty);
        using Process holder = Hold(kind);
        Assert.Equal(running, OtaClientLock.IsRunning(device.Path));
        holder.StandardInput.Close();
        holder.WaitForExit();
        Assert.False(OtaClientLock.IsRunning(device.Path));
    }

    [Fact]
    public void ALinkIsFollowedBelowTheRoot()
    {
        device.Write("/run/lock/aklite.lock", string.Empty).Write("/var/empty", string.Empty).Link("/var/lock", "/run/lock");
        using Process holder = Hold("exclusive");
        Assert.True(OtaClientLock.IsRunning(device.Path));
    }

    [Fact]
    public void ADirectoryInItsPlaceIsAnError()
    {
        Directory.CreateDirectory(device.Below(OtaClientLock.LockPath));
        Assert.Equal(ErrorId.FileUnreadable, Assert.Throws<AutoRegisterException>(() => OtaClientLock.IsRunning(device.Path)).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NoKeyIsMadeWhileItRuns(bool force)
    {
        device.Write(OtaClientLock.LockPath, string.Empty);
        SotaConfig config = device.Read(new SotaConfigOptions { NoHsm = true });
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        using Process holder = Hold("exclusive");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => enroller.MakeKey(config, force, CancellationToken.None));
        Assert.Equal(ErrorId.OtaClientRunning, error.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(config.SotaPath));
    }

    [Fact]
    public void PartsOfARegistrationMayBeInUseByIt()
    {
        device.Write(OtaClientLock.LockPath, string.Empty).Write("/var/sota/root.crt", string.Empty);
        SotaConfig config = device.Read(new SotaConfigOptions { NoHsm = true });
        var enroller = new Enroller(new EnrollerOptions(), device.Observer);
        using (Process holder = Hold("exclusive"))
        {
            Assert.Equal(ErrorId.OtaClientRunning, Assert.Throws<AutoRegisterException>(() => enroller.MakeKey(config, replace: false, CancellationToken.None)).Id);
            holder.StandardInput.Close();
            holder.WaitForExit();
        }

        Assert.Equal(ErrorId.RegistrationIncomplete, Assert.Throws<AutoRegisterException>(() => enroller.MakeKey(config, replace: false, CancellationToken.None)).Id);
    }

    [Fact]
    public void TheDamageOfARegisteredDeviceIsSaidAlthoughItRuns()
    {
        device.Write(OtaClientLock.LockPath, string.Empty).Write("/var/sota/sota.toml", "[tls]\nserver = \"https://gateway.example:8443\"\n");
        SotaConfig config = device.Read(new SotaConfigOptions { NoHsm = true });
        using Process holder = Hold("exclusive");
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => new Enroller(new EnrollerOptions(), device.Observer).MakeKey(config, replace: false, CancellationToken.None));
        Assert.Equal(ErrorId.RegistrationIncomplete, error.Id);
        Assert.Contains("client.pem is missing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--now")]
    [InlineData("a b")]
    [InlineData("a;reboot")]
    [InlineData("a\n")]
    public void AServiceIsAUnitName(string name) =>
        Assert.Equal(ErrorId.SettingInvalid, Assert.Throws<AutoRegisterException>(() => OtaClientStarter.RequireName(name)).Id);

    public void Dispose() => device.Dispose();

    private Process Hold(string kind)
    {
        var start = new ProcessStartInfo("perl") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-e", Holder, RootedPath.Resolve(device.Path, OtaClientLock.LockPath), kind])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        Assert.Equal("held", process.StandardOutput.ReadLine());
        return process;
    }
}
