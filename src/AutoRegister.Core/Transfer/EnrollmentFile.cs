using AutoRegister.Core.Enrollment;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// A device on its way between machines, as one JSON document: what it is told to be, then its CSR and its encrypted key, then
/// the factory's answer, and what proves them. It names no directory of any machine, and it never holds an API token, a PIN or a private key that is not encrypted.
/// </summary>
public sealed record EnrollmentFile
{
    /// <summary>What <see cref="Format"/> says.</summary>
    public const string FormatName = "autoregister-enrollment";

    /// <summary>The version of this format.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Tells the document from others.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version the document was written with.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>How far the registration has come.</summary>
    public required RegistrationState State { get; init; }

    /// <summary>What the device is told to be.</summary>
    public required EnrollmentDevice Device { get; init; }

    /// <summary>Its key; <see langword="null"/> until one is made.</summary>
    public EnrollmentKey? Key { get; init; }

    /// <summary>What proves all of it; <see langword="null"/> where nothing does.</summary>
    public EnrollmentProof? Proof { get; init; }

    /// <summary>The files of the factory's answer by name; <see langword="null"/> until it is there.</summary>
    public IReadOnlyDictionary<string, string>? Answer { get; init; }
}
