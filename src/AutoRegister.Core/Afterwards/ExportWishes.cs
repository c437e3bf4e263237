using AutoRegister.Core.OtaClient;

namespace AutoRegister.Core.Afterwards;

/// <summary>What is wanted besides the credentials in their place.</summary>
public sealed record ExportWishes
{
    /// <summary>A directory of this machine that gets a copy; <see langword="null"/> for none.</summary>
    public string? CopyPath { get; init; }

    /// <summary>The Docker credential helper to name for the factory's registry; <see langword="null"/> for none.</summary>
    public string? DockerHelper { get; init; }

    /// <summary>Docker's configuration; <see langword="null"/> for the user's own.</summary>
    public string? DockerConfigPath { get; init; }

    /// <summary>Whether the file that the API token came from is deleted.</summary>
    public bool RemoveApiToken { get; init; }

    /// <summary>Whether the gateway is asked if it accepts the device.</summary>
    public bool VerifyGateway { get; init; }

    /// <summary>Whether the OTA client is started, where the device is this machine.</summary>
    public bool StartOtaClient { get; init; }

    /// <summary>The OTA client's systemd unit.</summary>
    public string OtaClientService { get; init; } = OtaClientLock.DefaultService;
}
