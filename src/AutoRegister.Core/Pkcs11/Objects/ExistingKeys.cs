using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// Finds a private key that someone else put into the token, and its public key: from the public half where there is one,
/// else from a certificate with the same id or label.
/// </summary>
internal sealed class ExistingKeys(TokenAccess access, TokenObjects objects, TokenKeys keys)
{
    /// <summary>Finds the key, checks its attributes and verifies a test signature.</summary>
    /// <param name="reference">Label, id or both.</param>
    /// <param name="forOtaClient">Whether the OTA client is to find it by its id.</param>
    /// <exception cref="AutoRegisterException"><see cref="ErrorId.HsmKeyNotFound"/>, <see cref="ErrorId.HsmObjectConflict"/> where several answer, <see cref="ErrorId.HsmKeyUnusable"/>.</exception>
    public TokenKey Find(KeyReference reference, bool forOtaClient)
    {
        IReadOnlyList<TokenObject> all = objects.FindAll();
        TokenObject[] candidates = [.. all.Where(o => o.Kind == TokenObjectKind.PrivateKey && Matches(o, reference))];
        TokenObject privateKey = candidates switch
        {
            [TokenObject one] => one,
            [] => throw Missing(reference, all),
            _ => throw new AutoRegisterException(
                ErrorId.HsmObjectConflict,
                $"{candidates.Length} private keys in {access.Token} are {reference}: {string.Join(", ", candidates.Select(o => o.ToString()))}.",
                "Name one by both its label and its id.",
                reference),
        };
        var id = new ObjectId(privateKey.Id);
        if (forOtaClient && !id.SuitsOtaClient)
        {
            throw KeyAttributes.Unusable(
                access, privateKey.Label, $"its id is {(privateKey.Id.Length == 0 ? "empty" : privateKey.Id)}, and the OTA client's two programs agree on the ids 01 to 09 only");
        }

        return keys.Check(privateKey.Label, id, null, privateKey.Handle!, PublicKey(privateKey, all));
    }

    private static bool Matches(TokenObject o, KeyReference reference) =>
        (reference.Label is null || o.Label == reference.Label) && (reference.Id is null || o.Id == reference.Id);

    private byte[] PublicKey(TokenObject privateKey, IReadOnlyList<TokenObject> all)
    {
        TokenObject[] mates = [.. all.Where(o => o.Kind != TokenObjectKind.PrivateKey && (o.Id == privateKey.Id || (privateKey.Label.Length > 0 && o.Label == privateKey.Label)))
            .OrderBy(o => o.Kind).ThenByDescending(o => o.Id == privateKey.Id)];
        foreach (TokenObject mate in mates)
        {
            byte[]? info = mate.Kind == TokenObjectKind.PublicKey
                ? objects.ReadPublicKey(mate.Handle!)
                : CertificateFields.TryRead(access.ReadBytes(mate.Handle!, CKA.CKA_VALUE) ?? [])?.SubjectPublicKeyInfo;
            if (info is not null)
            {
                return info;
            }
        }

        throw KeyAttributes.Unusable(access, privateKey.Label, "there is neither a public key nor a certificate with its id or label");
    }

    private AutoRegisterException Missing(KeyReference reference, IReadOnlyList<TokenObject> all)
    {
        TokenObject[] others = [.. all.Where(o => o.Kind == TokenObjectKind.PrivateKey)];
        return new AutoRegisterException(
            ErrorId.HsmKeyNotFound,
            $"There is no private key {reference} in {access.Token}. {(others.Length == 0 ? "It holds none." : $"It has: {string.Join(", ", others.Select(o => o.ToString()))}.")}",
            "Look with Get-HsmToken -Object, and name the key by its label or id.",
            reference);
    }
}
