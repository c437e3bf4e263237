namespace AutoRegister.Core.OtaClient;

/// <summary>What was done about the OTA client once the device was registered.</summary>
public enum OtaClientState : long
{
    /// <summary>Nobody asked for it to be started.</summary>
    NotAsked,

    /// <summary>It was started.</summary>
    Started,

    /// <summary>systemd was told to start it and does so when the unit that runs this has ended its start.</summary>
    Queued,

    /// <summary>It could not be started; the registration stands.</summary>
    StartFailed,

    /// <summary>The registration is for another root: nothing is started on this machine for it.</summary>
    OtherRoot,
}
