using System.Runtime.InteropServices;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>
/// The thread on which a module is called. It is a background thread, so that the process can end while it hangs in the module; and then
/// the process ends without exit handlers, because those of the module may wait for the very call that hangs.
/// </summary>
/// <param name="name">The module, for debuggers.</param>
internal sealed partial class ModuleThread(string name)
{
    private static int inside;
    private static int watching;

    private readonly object gate = new();
    private Action? next;
    private bool started;
    private bool ended;

    /// <summary>Hands a call to the thread. One caller at a time.</summary>
    /// <returns>Completes with what it returns or throws.</returns>
    public Task<T> Start<T>(Func<T> call)
    {
        if (!started)
        {
            started = true;
            if (Interlocked.Exchange(ref watching, 1) == 0)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => EndIfInside();
            }

            new Thread(Run) { IsBackground = true, Name = $"PKCS#11 {name}" }.Start();
        }

        // Whoever waits is woken by this thread itself: the pool may have none left, when all of them wait for their turn.
        var done = new TaskCompletionSource<T>();
        lock (gate)
        {
            next = () => Run(call, done);
            Monitor.Pulse(gate);
        }

        return done.Task;
    }

    /// <summary>Lets the thread go, once it is back from the module. No call is handed to it any more.</summary>
    public void End()
    {
        lock (gate)
        {
            ended = true;
            Monitor.Pulse(gate);
        }
    }

    private static void Run<T>(Func<T> call, TaskCompletionSource<T> done)
    {
        Interlocked.Increment(ref inside);
        try
        {
            T result = call();
            Interlocked.Decrement(ref inside);
            done.SetResult(result);
        }
        catch (Exception e)
        {
            Interlocked.Decrement(ref inside);
            done.SetException(e);
        }
    }

    private static void EndIfInside()
    {
        if (Volatile.Read(ref inside) > 0)
        {
            Exit(Environment.ExitCode);
        }
    }

    private void Run()
    {
        while (true)
        {
            Action call;
            lock (gate)
            {
                while (next is null)
                {
                    if (ended)
                    {
                        return;
                    }

                    Monitor.Wait(gate);
                }

                (call, next) = (next, null);
            }

            call();
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int status);
}
