using AutoRegister.Core.Base;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>Who uses a PKCS#11 module in this process: they hear of calls that take long, named it, and say how long they wait.</summary>
/// <param name="path">The module, for messages.</param>
internal sealed class ModuleUsers(string path)
{
    private readonly List<User> users = [];
    private TaskCompletionSource stopped = new();

    /// <summary>How long a call may take, where somebody said so.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Where the module's path came from, as remedies name it: all places, where several pipelines use it.</summary>
    public string Place => Names(origin => origin.Source?.Place) is { Length: > 0 } place ? place : "HSM_MODULE";

    /// <summary>The hsm file of the device that the module is for, as whoever reads messages can open it.</summary>
    public string FilePath => Names(origin => origin.FilePath) is { Length: > 0 } file ? file : HsmSettings.DefaultFile;

    /// <summary>Where it is said how long a call may take.</summary>
    public string TimeoutPlace => Names(origin => origin.Timeout?.Place) is { Length: > 0 } place ? place : $"HSM_TIMEOUT in {FilePath}";

    /// <summary>The module as messages name it.</summary>
    public string Named => Names(origin => origin.Source?.ToString()) is { Length: > 0 } source ? $"the PKCS#11 module {path} ({source})" : $"the PKCS#11 module {path}";

    /// <summary>Completes when everybody who may say so does not wait any more: pipelines share a module, and none ends another's call.</summary>
    public Task Stopped
    {
        get
        {
            lock (users)
            {
                return stopped.Task;
            }
        }
    }

    /// <summary>Adds somebody.</summary>
    /// <param name="timeout">How long each call may take, where somebody said so; the last one's word counts.</param>
    /// <param name="origin">Who named the module; <see langword="null"/> where nobody said.</param>
    public void Add(IRegistrationObserver observer, TimeSpan? timeout, ModuleOrigin? origin = null)
    {
        var user = new User(observer, origin, observer.Cancellation);
        lock (users)
        {
            users.Add(user);
            Timeout = timeout ?? Timeout;
            stopped = stopped.Task.IsCompleted ? new() : stopped;
        }

        user.Registration = user.Stopping.Register(Stop);
    }

    /// <summary>Removes somebody.</summary>
    public void Remove(IRegistrationObserver observer)
    {
        User? user;
        lock (users)
        {
            user = users.Find(one => one.Observer == observer);
            users.Remove(user!);
        }

        user?.Registration.Dispose();
    }

    /// <summary>Tells all of them.</summary>
    public void Warn(string message)
    {
        IRegistrationObserver[] observers;
        lock (users)
        {
            observers = [.. users.Select(one => one.Observer)];
        }

        Array.ForEach(observers, observer => observer.ReportWarning(message));
    }

    private void Stop()
    {
        TaskCompletionSource? all;
        lock (users)
        {
            all = users.TrueForAll(one => one.Stopping.IsCancellationRequested || !one.Stopping.CanBeCanceled) ? stopped : null;
        }

        all?.TrySetResult();
    }

    private string Names(Func<ModuleOrigin, string?> what)
    {
        lock (users)
        {
            return NearestName.Words([.. users.Select(one => one.Origin is null ? null : what(one.Origin)).OfType<string>().Distinct(StringComparer.Ordinal)]);
        }
    }

    private sealed record User(IRegistrationObserver Observer, ModuleOrigin? Origin, CancellationToken Stopping)
    {
        public CancellationTokenRegistration Registration { get; set; }
    }
}
