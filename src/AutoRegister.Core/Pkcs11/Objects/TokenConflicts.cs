using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// Tells foreign objects from ours. A foreign one is a key with our label or our id, or a certificate with its label or id, that does
/// not belong to the public key we know: the OTA client looks by id alone and might take it for the device's.
/// </summary>
public static class TokenConflicts
{
    /// <summary>Finds all foreign objects.</summary>
    /// <param name="objects">All keys and certificates of the token.</param>
    /// <param name="expectedSubjectPublicKeyInfo">The public key that is known to be ours, DER; empty when none is.</param>
    /// <returns>The foreign ones; a private key counts as ours when the public key with the same label and id is.</returns>
    public static IReadOnlyList<TokenObject> Find(IReadOnlyList<TokenObject> objects, ReadOnlySpan<byte> expectedSubjectPublicKeyInfo, DeviceObjects ours)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(ours);
        string? expected = expectedSubjectPublicKeyInfo.IsEmpty ? null : PublicKeyHash.Of(expectedSubjectPublicKeyInfo);
        bool knowsPublicKey = expected is not null && objects.Any(o => o.Kind == TokenObjectKind.PublicKey && IsOurs(o));
        return [.. objects.Where(o => ours.Touches(o) && !(o.Kind == TokenObjectKind.PrivateKey ? knowsPublicKey && ours.Names(o) : IsOurs(o)))];

        bool IsOurs(TokenObject o) => expected is not null && o.PublicKeyHash == expected && ours.Names(o);
    }

    /// <summary>Throws when there is a foreign one.</summary>
    /// <param name="token">The token, for the message.</param>
    /// <param name="objects">All keys and certificates of the token.</param>
    /// <param name="expectedSubjectPublicKeyInfo">The public key that is known to be ours, DER; empty when none is.</param>
    public static void Check(TokenInfo token, IReadOnlyList<TokenObject> objects, ReadOnlySpan<byte> expectedSubjectPublicKeyInfo, DeviceObjects ours)
    {
        if (Find(objects, expectedSubjectPublicKeyInfo, ours) is [TokenObject foreign, ..])
        {
            throw Error(token, foreign);
        }
    }

    /// <summary>Finds incomplete key pairs: private keys without their public key, and the other way round.</summary>
    /// <param name="objects">All keys and certificates of the token.</param>
    /// <returns>What there is of them; empty when the pair is complete or absent.</returns>
    public static IReadOnlyList<TokenObject> FindIncompletePairs(IReadOnlyList<TokenObject> objects, DeviceObjects ours)
    {
        ArgumentNullException.ThrowIfNull(objects);
        TokenObject[] keys = [.. objects.Where(o => o.Kind is (TokenObjectKind.PrivateKey or TokenObjectKind.PublicKey) && ours.Names(o))];
        return keys.Select(o => o.Kind).Distinct().Count() == 1 ? keys : [];
    }

    /// <summary>The error that names a foreign object.</summary>
    internal static AutoRegisterException Error(TokenInfo token, TokenObject foreign) => new(
        ErrorId.HsmObjectConflict,
        $"There is a {foreign} in {token} that no registration of this device is known to have made.",
        $"Remove it or give it another label and id, or run with -Force to have it replaced. HSM_REPLACE_KEYS=1 in {ModuleCalls.Of(token.ModulePath).Users.FilePath} has the unit replace what a factory reset left in the token.",
        foreign);
}
