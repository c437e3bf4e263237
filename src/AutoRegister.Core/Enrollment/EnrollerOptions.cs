using AutoRegister.Core.Errors;

namespace AutoRegister.Core.Enrollment;

/// <summary>How patient an enrolment is.</summary>
public sealed record EnrollerOptions
{
    /// <summary>How long requests are repeated; zero sends one, <see cref="Timeout.InfiniteTimeSpan"/> never gives up.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.Zero;

    /// <summary>How often a request is sent at most, however long <see cref="RetryFor"/> is.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>Whether a failure that could pass is not worth repeating: a line whose server was never reached. <see langword="null"/>: each is.</summary>
    public Func<AutoRegisterException, bool>? IsFinal { get; init; }

    /// <summary>How long to wait for another run on the same device.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the device is one of many that are durable together: see <c>LineSession</c>.</summary>
    public bool OnLine { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a person is there who can authorise the device when there is no API token.</summary>
    public bool PersonIsThere { get; init; }

    /// <summary>
    /// What is to be known of the gateway where the certificate that came with an existing key is taken instead of registering
    /// the device; <see langword="null"/> to register it.
    /// </summary>
    public ProvisionedGateway? Provisioned { get; init; }
}
