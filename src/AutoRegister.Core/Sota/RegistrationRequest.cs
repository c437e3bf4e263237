using System.Text.Json.Serialization;

namespace AutoRegister.Core.Sota;

/// <summary>
/// The body of the registration request, key for key what <c>lmp-device-register</c> sends: all values are strings.
/// Override values are TOML source and carry their own quotes; an empty one means "unset this key".
/// </summary>
public sealed record RegistrationRequest
{
    /// <summary><c>"true"</c> or <c>"false"</c>, as a string.</summary>
    [JsonPropertyName("use-ostree-server")]
    public required string UseOstreeServer { get; init; }

    /// <summary>The SOTA directory as the device sees it.</summary>
    [JsonPropertyName("sota-config-dir")]
    public required string SotaConfigDir { get; init; }

    /// <summary>The hardware id.</summary>
    [JsonPropertyName("hardware-id")]
    public required string HardwareId { get; init; }

    /// <summary>The device name; the UUID when none was chosen.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The device UUID; the CN of the CSR.</summary>
    [JsonPropertyName("uuid")]
    public required string Uuid { get; init; }

    /// <summary>The CSR as PEM.</summary>
    [JsonPropertyName("csr")]
    public required string Csr { get; init; }

    /// <summary>The device group; absent unless one was chosen.</summary>
    [JsonPropertyName("group")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>TOML overrides: section, key, TOML source of the value.</summary>
    [JsonPropertyName("overrides")]
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Overrides { get; init; }
}
