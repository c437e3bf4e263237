using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using AutoRegister.Core.Configuration;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Transfer;

/// <summary>
/// Who a device is, and where its factory and its key are, without what is a secret and without what only one machine knows (paths,
/// modules, PINs). A proof is made over it as it is written: the order of the members is part of the format.
/// </summary>
public sealed record EnrollmentDevice : DeviceDescription
{
    /// <summary>For whoever reads a file.</summary>
    public EnrollmentDevice()
    {
    }

    /// <summary>Takes over who the device is.</summary>
    [SetsRequiredMembers]
    internal EnrollmentDevice(DeviceDescription device, SotaConfig reached)
        : base(device)
    {
        DeviceApi = reached.DeviceApi;
        OAuthBase = reached.OAuthBase;
        ApiTokenHeader = reached.ApiTokenHeader;
    }

    /// <summary>The registration endpoint, unless the machine that sends the request has another.</summary>
    [JsonPropertyOrder(1)]
    public required Uri DeviceApi { get; init; }

    /// <summary>The base of the OAuth device flow, unless the machine that sends the request has another.</summary>
    [JsonPropertyOrder(2)]
    public required Uri OAuthBase { get; init; }

    /// <summary>The header that carries the API token, unless the machine that sends the request has another.</summary>
    [JsonPropertyOrder(3)]
    public required string ApiTokenHeader { get; init; }

    /// <summary>The token that holds the key; <see langword="null"/> for a key file.</summary>
    [JsonPropertyOrder(4)]
    public TokenReference? Token { get; init; }
}
