using AutoRegister.Core.Enrollment;
using AutoRegister.Core.Transfer;

namespace AutoRegister;

/// <summary>Output of <c>Export-DeviceEnrollment</c>: a device whose file is written.</summary>
public sealed record ExportedEnrollment
{
    /// <summary>The device name; the UUID when none was chosen, and empty while there is neither.</summary>
    public required string Name { get; init; }

    /// <summary>The UUID; empty until there is a key, unless it was chosen.</summary>
    public required string Uuid { get; init; }

    /// <summary>The factory.</summary>
    public required string Factory { get; init; }

    /// <summary>How far the registration has come.</summary>
    public required RegistrationState State { get; init; }

    /// <summary>Where the private key is.</summary>
    public required KeyCustody PrivateKey { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Name and file.</summary>
    public override string ToString() => $"{Name} ({Path})";
}
