namespace AutoRegister.Core.Pkcs11.Settings;

/// <summary>The id of an object in a token (<c>CKA_ID</c>): one byte where the OTA client reads it, more where many devices share a token.</summary>
/// <param name="Hex">The bytes as lower-case hex.</param>
public readonly record struct ObjectId(string Hex)
{
    /// <summary>An id of one byte.</summary>
    /// <param name="id">The byte.</param>
    public static implicit operator ObjectId(byte id) => FromByte(id);

    /// <summary>An id of one byte.</summary>
    /// <param name="id">The byte.</param>
    public static ObjectId FromByte(byte id) => new(Convert.ToHexStringLower([id]));

    /// <summary>Whether aktualizr-lite and fioconfig, which write ids differently, mean the same by it: they do on 01 to 09.</summary>
    public bool SuitsOtaClient => Hex is ['0', >= '1' and <= '9'];

    /// <summary>The bytes.</summary>
    internal byte[] ToBytes() => Convert.FromHexString(Hex);

    /// <summary>The id as messages write it.</summary>
    /// <returns>Lower-case hex.</returns>
    public override string ToString() => Hex;
}
