namespace AutoRegister.Core.Line;

/// <summary>What became of a device.</summary>
public enum DeviceOutcome
{
    /// <summary>It was registered by this run.</summary>
    Registered,

    /// <summary>It was registered before, and nothing was changed.</summary>
    AlreadyRegistered,

    /// <summary>It was not registered; another run continues it.</summary>
    Failed,
}
