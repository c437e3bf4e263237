namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>What key is to be made, and under which names.</summary>
/// <param name="Label">Label of both halves.</param>
/// <param name="Id">Id of both halves.</param>
/// <param name="Algorithm">What kind of key.</param>
public sealed record KeyRequest(string Label = TokenNames.KeyLabel, byte Id = TokenNames.KeyId, KeyAlgorithm Algorithm = KeyAlgorithm.EcP256);
