using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Sota;

namespace AutoRegister;

/// <summary>A checked registration: output of <c>Register-FoundriesDevice</c>, input of <c>Export-SotaCredentials</c>.</summary>
public sealed record DeviceRegistration
{
    /// <summary>The key and configuration the registration is for.</summary>
    public required DeviceKey Key { get; init; }

    /// <summary>The device UUID.</summary>
    public string Uuid => Key.Uuid;

    /// <summary>The device name.</summary>
    public string Name => Key.Name;

    /// <summary>The factory.</summary>
    public string Factory => Key.Factory;

    /// <summary>How far the registration has come.</summary>
    public required RegistrationState State { get; init; }

    /// <summary>The checked answer; <see langword="null"/> when the device was registered before.</summary>
    public RegistrationAnswer? Answer { get; init; }

    /// <summary>The certificate's serial number, hex; empty when the device was registered before.</summary>
    public string CertificateSerialNumber => Answer?.Certificate.Leaf.SerialNumber ?? string.Empty;

    /// <summary>When the certificate expires (UTC).</summary>
    public DateTime? NotAfter => Answer?.Certificate.NotAfter;

    /// <summary>The device gateway's URL.</summary>
    public string GatewayServer => Answer?.Toml.GatewayServer ?? string.Empty;

    /// <summary>How many requests it took in this run; 0 when the answer was already in the journal.</summary>
    public int Attempts { get; init; }

    /// <summary>UUIDs that the server may hold for attempts that were given up.</summary>
    public IReadOnlyList<string> Orphans { get; init; } = [];

    /// <summary>Name and state.</summary>
    public override string ToString() => $"{Name} ({State})";
}
