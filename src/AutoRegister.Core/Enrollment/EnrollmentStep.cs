using AutoRegister.Core.Base;
using AutoRegister.Core.Storage;

namespace AutoRegister.Core.Enrollment;

/// <summary>
/// A step of an enrolment. Each reads in the journal how far an earlier run came, does what is left, and makes it durable; so each can
/// be repeated from any point. It runs while <see cref="Enroller"/> holds the lock of the SOTA directory.
/// </summary>
/// <typeparam name="TResult">What the next step is built on.</typeparam>
internal abstract class EnrollmentStep<TResult>(SotaConfig config, IRegistrationObserver observer)
{
    /// <summary>What it does, in a word or two for a log.</summary>
    public abstract string Name { get; }

    /// <summary>What the device is told to be.</summary>
    public SotaConfig Config => config;

    /// <summary>What an interrupted run left in the SOTA directory.</summary>
    protected EnrollmentJournal Journal { get; private set; } = null!;

    /// <summary>Is told what happens.</summary>
    protected IRegistrationObserver Observer => observer;

    /// <summary>Does what is left of the step.</summary>
    /// <param name="storage">Where the journal is.</param>
    /// <param name="cancellation">Cancels what waits for somebody else; what is being written is written.</param>
    /// <returns>The result, which is durable.</returns>
    public async Task<TResult> ExecuteAsync(IDeviceStorage storage, CancellationToken cancellation)
    {
        observer.ReportDetail($"Step: {Name} ('{config.SotaPath}')");
        Journal = new EnrollmentJournal(config.SotaPath, config.Root, storage);
        TResult result = await RunAsync(cancellation).ConfigureAwait(false);
        storage.Settle();
        return result;
    }

    /// <summary>The step itself.</summary>
    protected abstract Task<TResult> RunAsync(CancellationToken cancellation);
}
