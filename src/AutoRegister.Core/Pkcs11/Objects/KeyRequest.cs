using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>What key is to be made, and under which names.</summary>
/// <param name="label">Label of both keys; <see langword="null"/> for the one the OTA client looks for.</param>
/// <param name="id">Id of both keys; <see langword="null"/> for the one the OTA client looks for.</param>
/// <param name="algorithm">What kind of key.</param>
public sealed class KeyRequest(string? label = null, ObjectId? id = null, KeyAlgorithm algorithm = KeyAlgorithm.EcP256)
{
    /// <summary>Label of both keys.</summary>
    public string Label { get; } = label ?? DeviceObjects.Standard.KeyLabel;

    /// <summary>Id of both keys.</summary>
    public ObjectId Id { get; } = id ?? DeviceObjects.Standard.KeyId;

    /// <summary>What kind of key.</summary>
    public KeyAlgorithm Algorithm => algorithm;

    /// <summary>Whether the pair is gone with the session (<c>CKA_TOKEN</c> false).</summary>
    internal bool IsForSession { get; init; }
}
