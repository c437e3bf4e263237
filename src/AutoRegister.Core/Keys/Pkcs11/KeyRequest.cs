namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>What key is to be made: EC P-256, under these names.</summary>
/// <param name="Label">Label of both halves.</param>
/// <param name="Id">Id of both halves.</param>
public sealed record KeyRequest(string Label = TokenNames.KeyLabel, byte Id = TokenNames.KeyId);
