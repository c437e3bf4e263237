using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>What a token must be able to do for a device key (PKCS#11 2.40 mechanisms, section 2.3).</summary>
internal static class KeyMechanisms
{
    /// <summary>Whether the token hashes and signs in one step.</summary>
    public static bool HashesItself(TokenDescription token) => Has(token, nameof(CKM.CKM_ECDSA_SHA256));

    /// <summary>Whether the token does ECDH.</summary>
    public static bool Derives(TokenDescription token) => Has(token, nameof(CKM.CKM_ECDH1_DERIVE));

    /// <summary>Refuses a token that cannot make EC keys or cannot sign with them.</summary>
    public static void Check(TokenDescription token)
    {
        string? missing = !Has(token, nameof(CKM.CKM_EC_KEY_PAIR_GEN)) ? nameof(CKM.CKM_EC_KEY_PAIR_GEN)
            : !Has(token, nameof(CKM.CKM_ECDSA)) && !HashesItself(token) ? nameof(CKM.CKM_ECDSA)
            : null;
        if (missing is not null)
        {
            throw new AutoRegisterException(
                ErrorId.HsmMechanismMissing,
                $"{missing} is not among the mechanisms of {token}.",
                "Use a token that can make EC P-256 keys and sign with them.",
                token.ModulePath);
        }
    }

    private static bool Has(TokenDescription token, string mechanism) => token.Mechanisms.Contains(mechanism);
}
