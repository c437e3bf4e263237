using System.Collections.Concurrent;
using System.Globalization;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// The one door to a PKCS#11 module. Every call goes through it, on a thread of the module's own and one at a time. A call that takes
/// longer than a few seconds is reported; one that does not come back is given up: OP-TEE without its supplicant waits in the kernel, and
/// a daemon that has died may never answer. Its thread cannot be ended, so the module is not called again while it is in there. Once it has
/// been reported, a call is given up as soon as nobody waits for it any more: see <see cref="IRegistrationObserver.Cancellation"/>.
/// </summary>
internal sealed class ModuleCalls
{
    /// <summary>How long a call may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How long a call may take in which a smart card makes an RSA key, or a person types a PIN.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstReport = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LaterReports = TimeSpan.FromMinutes(1);
    private static readonly ConcurrentDictionary<string, ModuleCalls> Doors = new(StringComparer.Ordinal);

    private readonly string path;
    private readonly TimeProvider time;
    private readonly ModuleThread thread;
    private readonly ModuleCalls first;
    private LostCall? lost;
    private bool announced;

    /// <summary>A door of its own; a module that is used has one for the process: <see cref="Of"/>.</summary>
    /// <param name="path">The module, for messages.</param>
    public ModuleCalls(string path, TimeProvider time)
        : this(path, time, new ModuleUsers(path), null)
    {
    }

    private ModuleCalls(string path, TimeProvider time, ModuleUsers users, ModuleCalls? first)
    {
        (this.path, this.time, Users) = (path, time, users);
        this.first = first ?? this;
        thread = new ModuleThread(path);
    }

    /// <summary>
    /// Held during every call, and while a token is looked for, initialised and logged in to. Two threads must not initialise
    /// the same blank token; and not every module that promises thread safety keeps it: SoftHSM2 fails key generation, drops
    /// sessions and crashes when threads meet (its issues 464, 573 and 688). Device keys are few and rarely used.
    /// </summary>
    public Lock Turn { get; } = new();

    /// <summary>Who uses the module.</summary>
    public ModuleUsers Users { get; }

    /// <summary>The door to a module, the same for the whole process.</summary>
    public static ModuleCalls Of(string modulePath) => Doors.GetOrAdd(modulePath, path => new ModuleCalls(path, TimeProvider.System));

    /// <summary>
    /// A door beside this one, with a turn and a thread of its own, for a session of a module that keeps its promise: its calls wait for no
    /// others. A call that does not come back closes both.
    /// </summary>
    /// <returns>The door; whoever has it calls <see cref="End"/>.</returns>
    public ModuleCalls Beside() => new(path, time, Users, first);

    /// <summary>Lets the thread of a door beside another go.</summary>
    public void End() => thread.End();

    /// <summary>Says that the module is about to be loaded, and waits until that is written: a module can end the process.</summary>
    /// <param name="observer">Who is about to load it; others do not wait for its words, nor it for theirs.</param>
    public void Announce(IRegistrationObserver observer)
    {
        Action<string> report = Interlocked.Exchange(ref announced, true) ? observer.ReportDetail : observer.ReportStep;
        report($"Loading the PKCS#11 module {path}");
        foreach (string variable in ModuleEnvironment.TakeFromUnit("/"))
        {
            observer.ReportStep($"The module gets {Printable.Text(variable)}, as the unit gives it");
        }

        observer.Flush();
    }

    /// <summary>Calls the module.</summary>
    /// <param name="function">The name of the function, for messages.</param>
    /// <param name="call">The call. What it hands to the module must live until it is back, so it makes and disposes that itself.</param>
    /// <param name="takesLong">Whether even a token that works may take minutes for it.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmTimeout"/>: it did not come back, or one before it did not.</exception>
    /// <exception cref="OperationCanceledException">It did not come back, and nobody waits for it any more.</exception>
    public T Do<T>(string function, Func<T> call, bool takesLong = false)
    {
        lock (Turn)
        {
            if (first.lost is { Call.IsCompleted: false } before)
            {
                throw Failure($"{before.Function} of {Users.Named} has not come back, so that {function} is not called");
            }

            Task<T> running = thread.Start(call);
            long begun = time.GetTimestamp();
            TimeSpan patience = Users.Timeout ?? (takesLong ? LongPatience : Patience);
            Task waited = running;
            for (TimeSpan next = FirstReport; ; next = LaterReports)
            {
                TimeSpan left = patience - time.GetElapsedTime(begun);
                bool isStopped = Ends(waited, next < left ? next : left);
                if (running.IsCompleted)
                {
                    return running.GetAwaiter().GetResult();
                }

                if (isStopped || next >= left)
                {
                    first.lost = new LostCall(function, running);
                    throw isStopped ? new OperationCanceledException($"{function} of {Users.Named} is not waited for any more.")
                        : Failure($"{function} of {Users.Named} did not come back within {Seconds(patience)} s");
                }

                Users.Warn($"{function} of {Users.Named} has taken {Seconds(time.GetElapsedTime(begun))} s so far; it is given up after {Seconds(patience)} s.");
                waited = Task.WhenAny(running, Users.Stopped);
            }
        }
    }

    /// <summary>Calls the module where there is nothing to return.</summary>
    public void Do(string function, Action call, bool takesLong = false) => Do(
        function,
        () =>
        {
            call();
            return true;
        },
        takesLong);

    /// <summary>Gives something back to the module. Where it does not come back, that was said, and there is nothing left to do about it.</summary>
    public void TryDo(string function, Action call)
    {
        try
        {
            Do(function, call);
        }
        catch (AutoRegisterException e) when (e.Id == ErrorId.HsmTimeout)
        {
            Users.Warn(e.Message);
        }
    }

    // What the call throws, a time-out too, is not what ends this wait.
    private bool Ends(Task waited, TimeSpan within)
    {
        try
        {
            Task.WhenAny(waited).WaitAsync(within, time).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            return false;
        }

        return true;
    }

    private AutoRegisterException Failure(string what) => new(
        ErrorId.HsmTimeout,
        $"{what}.",
        $"Check that the service of the token runs (tee-supplicant, tpm2-abrmd, pcscd), and that {Users.Place} names the module that was meant; a token that is so slow needs a longer {Users.TimeoutPlace}.",
        path);

    private static string Seconds(TimeSpan span) => Math.Round(span.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private sealed record LostCall(string Function, Task Call);
}
