using System.Text.Json.Serialization;
using AutoRegister.Core.Files;
using AutoRegister.Core.X509;

namespace AutoRegister.Core.Enrollment;

/// <summary>What the journal remembers of an unfinished registration. It holds no secret: the private key has a file of its own.</summary>
public sealed record JournalEntry
{
    /// <summary>The version of this format.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version the entry was written with.</summary>
    [JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>How far the registration has come; never <see cref="RegistrationState.Registered"/>.</summary>
    public required RegistrationState State { get; init; }

    /// <summary>The device UUID.</summary>
    public required string Uuid { get; init; }

    /// <summary>Whether we made the UUID up, and so may replace it when the server says it exists.</summary>
    public required bool UuidIsOurs { get; init; }

    /// <summary>Whether the UUID comes from the hardware (a slot's description) and is the same after a wipe.</summary>
    [JsonRequired]
    public bool UuidIsHardware { get; init; }

    /// <summary>The factory the CSR names.</summary>
    public required string Factory { get; init; }

    /// <summary>Whether the CSR asks for a production device.</summary>
    public required bool Production { get; init; }

    /// <summary>Where the key is: a file or a token, as its <c>KeyStore.Description</c> says.</summary>
    [JsonPropertyName("KeyPlace")]
    public required string KeyStore { get; init; }

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo, hex; empty until the key is made.</summary>
    [JsonRequired]
    public string KeyFingerprint { get; init; } = string.Empty;

    /// <summary>The CSR, PEM, byte for byte as it was and will be sent; empty until the key is made.</summary>
    [JsonRequired]
    public string CertificateRequest { get; init; } = string.Empty;

    /// <summary>Whether the private key is on another machine, or here only sealed: the device was imported.</summary>
    [JsonRequired]
    public bool KeyIsElsewhere { get; init; }

    /// <summary>The id of a certificate that came with the key and makes a registration needless, two hex digits; else empty.</summary>
    [JsonRequired]
    public string CertificateId { get; init; } = string.Empty;

    /// <summary>Whether credentials and token objects of an earlier registration are to be replaced (<c>-Force</c>).</summary>
    [JsonRequired]
    public bool Replace { get; init; }

    /// <summary>What was in the token before anything was made: never ours.</summary>
    [JsonRequired]
    [JsonPropertyName("Strangers")]
    public IReadOnlyList<string> ForeignObjects { get; init; } = [];

    /// <summary>How often the registration began anew because the server knew the UUID.</summary>
    [JsonRequired]
    public int Restarts { get; init; }

    /// <summary>UUIDs that the server may have registered for attempts that were given up.</summary>
    [JsonRequired]
    public IReadOnlyList<string> Orphans { get; init; } = [];

    /// <summary>The machine the journal belongs to; <see cref="EnrollmentJournal.Save"/> fills it in.</summary>
    [JsonRequired]
    public JournalOrigin Origin { get; init; } = JournalOrigin.Unknown;

    /// <summary>SHA-256 over the entry without it, lower-case hex: in the file only, where <see cref="JournalEntryFormat"/> writes and checks it.</summary>
    [JsonRequired]
    public string Digest { get; init; } = string.Empty;

    /// <summary>The subject of the CSR.</summary>
    [JsonIgnore]
    public DeviceSubject Subject => new(Uuid, Factory, Production);
}
