using System.Diagnostics;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using Xunit;

namespace AutoRegister.Core.Tests.Files;

public sealed class DirectoryLockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lock-").FullName;
    private readonly RecordingObserver observer = new();

    [Fact]
    public void A_second_holder_is_told_who_the_first_is()
    {
        using DirectoryLock held = Acquire(TimeSpan.Zero);

        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => Acquire(TimeSpan.Zero));

        Assert.Equal(ErrorId.RegistrationBusy, error.Id);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_holder_gets_it_when_the_first_lets_go()
    {
        DirectoryLock held = Acquire(TimeSpan.Zero);
        Task<DirectoryLock> second = Task.Run(() => Acquire(TimeSpan.FromMinutes(1)));
        while (observer.Steps.IsEmpty)
        {
            await Task.Delay(10);
        }

        held.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public void It_dies_with_its_process_and_leaves_no_file()
    {
        using (Process other = Process.Start(new ProcessStartInfo("flock", ["--exclusive", folder, "sleep", "60"]) { UseShellExecute = false })!)
        {
            while (!IsHeld())
            {
                Thread.Sleep(10);
            }

            other.Kill(entireProcessTree: true);
            other.WaitForExit();
        }

        Acquire(TimeSpan.FromMinutes(1)).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_file_in_its_place_is_named()
    {
        string file = Path.Join(folder, "file");
        File.WriteAllText(file, string.Empty);

        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => DirectoryLock.Acquire(file, TimeSpan.Zero, observer, default));

        Assert.Equal(ErrorId.SotaDirectoryUnusable, error.Id);
        Assert.Equal(file, error.Target);
    }

    [Fact]
    public void A_wait_can_be_cancelled()
    {
        using DirectoryLock held = Acquire(TimeSpan.Zero);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.Throws<OperationCanceledException>(() => DirectoryLock.Acquire(folder, TimeSpan.FromMinutes(1), observer, stop.Token));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private DirectoryLock Acquire(TimeSpan patience) => DirectoryLock.Acquire(folder, patience, observer, default);

    private bool IsHeld()
    {
        try
        {
            Acquire(TimeSpan.Zero).Dispose();
            return false;
        }
        catch (AutoRegisterException e) when (e.Id == ErrorId.RegistrationBusy)
        {
            return true;
        }
    }
}
