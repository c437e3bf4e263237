using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Line;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Tests.Api;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>The door to a module: what is said of calls that take long, and what becomes of those that do not come back.</summary>
public sealed class ModuleCallsTests : IDisposable
{
    private const string Path = "/usr/lib/libckteec.so.0";

    private readonly LeapingTime time = new();
    private readonly RecordingObserver observer = new();
    private readonly ManualResetEventSlim back = new();
    private readonly ModuleCalls door;

    public ModuleCallsTests() => (door = new ModuleCalls(Path, time)).Users.Add(observer, timeout: null);

    public void Dispose()
    {
        back.Set();
        back.Dispose();
    }

    [Fact]
    public void A_call_that_comes_back_is_not_reported()
    {
        Assert.Equal(7, new ModuleCalls(Path, TimeProvider.System).Do("C_GetInfo", () => 7));
        Assert.Empty(observer.Warnings);
    }

    [Fact]
    public void What_a_call_throws_is_thrown_where_it_was_made() =>
        Assert.Throws<FormatException>(() => new ModuleCalls(Path, TimeProvider.System).Do<int>("C_GetInfo", () => throw new FormatException()));

    [Theory]
    [InlineData(false, 120)]
    [InlineData(true, 600)]
    public void One_that_does_not_is_reported_and_given_up_later_where_slow_tokens_work(bool takesLong, int seconds)
    {
        AutoRegisterException e = Hang("C_GenerateKeyPair", takesLong);
        Assert.Equal((ErrorId.HsmTimeout, FailureSort.TryAgain, Path), (e.Id, e.Sort, e.Target));
        Assert.Contains($"C_GenerateKeyPair of the PKCS#11 module {Path} did not come back within {seconds} s", e.Message, StringComparison.Ordinal);
        Assert.Contains($"has taken 5 s so far; it is given up after {seconds} s", observer.Warnings.First(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(seconds), TimeSpan.FromTicks(time.GetTimestamp()));
    }

    [Fact]
    public void What_HSM_TIMEOUT_says_is_the_bound_of_every_call()
    {
        door.Users.Add(observer, TimeSpan.FromSeconds(20));
        Assert.Contains("within 20 s", Hang("C_GenerateKeyPair", takesLong: true).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_hangs_names_who_named_the_module_and_where_its_time_is_set()
    {
        var source = new SettingSource(SettingSourceKind.File, "/mnt/etc/sota/hsm", 1) { Setting = "HSM_MODULE" };
        door.Users.Add(new RecordingObserver(), timeout: null, new ModuleOrigin(source, "/mnt/etc/sota/hsm"));
        AutoRegisterException e = Hang("C_Login", takesLong: false);
        Assert.Contains($"C_Login of the PKCS#11 module {Path} (/mnt/etc/sota/hsm:1) did not come back", e.Message, StringComparison.Ordinal);
        Assert.Contains("that HSM_MODULE in /mnt/etc/sota/hsm:1 names the module that was meant", e.RecommendedAction, StringComparison.Ordinal);
        Assert.EndsWith("needs a longer HSM_TIMEOUT in /mnt/etc/sota/hsm.", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_pipeline_stops_a_call_that_hangs_is_not_waited_for()
    {
        using var pipeline = new CancellationTokenSource();
        door.Users.Add(new Stopper(pipeline, pipeline.Token), timeout: null);
        OperationCanceledException e = Assert.Throws<OperationCanceledException>(() => door.Do("C_Login", () => back.Wait()));
        Assert.Contains("C_Login", e.Message, StringComparison.Ordinal);
        Assert.Contains("C_Login", Assert.Throws<AutoRegisterException>(() => door.Do("C_CloseSession", () => 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_comes_back_soon_is_waited_for_so_that_a_session_can_be_closed()
    {
        using var pipeline = new CancellationTokenSource();
        pipeline.Cancel();
        var hasty = new ModuleCalls(Path, TimeProvider.System);
        hasty.Users.Add(new Stopper(pipeline, pipeline.Token), timeout: null);
        Assert.Equal(
            7,
            hasty.Do("C_CloseSession", () =>
            {
                Thread.Sleep(50);
                return 7;
            }));
    }

    [Fact]
    public void A_pipeline_that_stops_does_not_end_the_calls_of_another()
    {
        using var pipeline = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        door.Users.Add(new Stopper(pipeline, pipeline.Token), timeout: null);
        door.Users.Add(new Stopper(pipeline, other.Token), timeout: null);
        Assert.Equal(ErrorId.HsmTimeout, Hang("C_Login").Id);
    }

    [Fact]
    public void While_it_hangs_the_module_is_not_called_again_and_afterwards_it_is()
    {
        Hang("C_Initialize");
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => door.Do("C_GetSlotList", () => 0));
        Assert.Equal(ErrorId.HsmTimeout, e.Id);
        Assert.Contains("C_Initialize", e.Message, StringComparison.Ordinal);
        back.Set();
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => door.Do("C_GetSlotList", () => 0)) is null, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void The_thread_of_a_door_beside_it_goes_with_the_door()
    {
        ModuleCalls beside = door.Beside();
        Thread thread = beside.Do("C_Sign", () => Thread.CurrentThread);
        Assert.NotSame(thread, door.Do("C_Sign", () => Thread.CurrentThread));
        beside.End();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_call_that_does_not_come_back_closes_all_doors_to_the_module()
    {
        ModuleCalls beside = door.Beside();
        Assert.Equal(7, beside.Do("C_Sign", () => 7));
        Assert.Throws<AutoRegisterException>(() => beside.Do("C_Sign", () => back.Wait()));
        Assert.Contains(observer.Warnings, w => w.StartsWith("C_Sign of", StringComparison.Ordinal));
        foreach (ModuleCalls other in new[] { door, door.Beside() })
        {
            Assert.Contains("C_Sign of", Assert.Throws<AutoRegisterException>(() => other.Do("C_Finalize", () => 0)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_given_back_to_a_module_that_hangs_ends_no_run()
    {
        Hang("C_Sign");
        int called = 0;
        door.TryDo("C_CloseSession", () => called++);
        Assert.Equal(0, called);
        Assert.Contains(observer.Warnings, w => w.Contains("C_CloseSession is not called", StringComparison.Ordinal));
    }

    [Fact]
    public void The_module_is_named_before_it_is_loaded_and_the_words_are_written_by_then()
    {
        door.Announce(observer);
        Assert.Equal($"Loading the PKCS#11 module {Path}", Assert.Single(observer.Steps));
        Assert.Equal(1, observer.Flushes);
        door.Announce(observer);
        Assert.Single(observer.Steps);
        Assert.Single(observer.Details);
        Assert.Equal(2, observer.Flushes);
    }

    // Another pipeline's words wait for its own thread, which may have ended, or wait for what this one holds.
    [Fact]
    public void Nobody_waits_for_the_words_of_another_that_uses_it()
    {
        var other = new RecordingObserver();
        door.Users.Add(other, timeout: null);
        door.Announce(observer);
        Assert.Equal((1, 0), (observer.Flushes, other.Flushes));
        Assert.Empty(other.Steps);
    }

    [Fact]
    public void A_device_of_a_line_waits_for_no_words()
    {
        door.Announce(new DeviceObserver("K1", observer));
        Assert.Equal($"K1: Loading the PKCS#11 module {Path}", Assert.Single(observer.Steps));
        Assert.Equal(0, observer.Flushes);
    }

    [Fact]
    public void Who_does_not_use_the_module_any_more_hears_nothing()
    {
        door.Users.Remove(observer);
        Hang("C_Login");
        Assert.Empty(observer.Warnings);
    }

    private AutoRegisterException Hang(string function, bool takesLong = false) =>
        Assert.Throws<AutoRegisterException>(() => door.Do(function, () => back.Wait(), takesLong));

    /// <summary>Stops a pipeline when it hears that a call takes long.</summary>
    private sealed class Stopper(CancellationTokenSource pipeline, CancellationToken stopping) : IRegistrationObserver
    {
        public CancellationToken Cancellation => stopping;

        public void ReportStep(string message)
        {
        }

        public void ReportDetail(string message)
        {
        }

        public void ReportWarning(string message) => pipeline.Cancel();
    }
}
