using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>What a token must be able to do for a device key (PKCS#11 2.40 mechanisms, sections 2.1 and 2.3).</summary>
internal static class KeyMechanisms
{
    /// <summary>Whether the token hashes and signs in one step.</summary>
    public static bool HashesItself(TokenInfo token, KeyAlgorithm algorithm) =>
        Has(token, algorithm.IsRsa() ? nameof(CKM.CKM_SHA256_RSA_PKCS) : nameof(CKM.CKM_ECDSA_SHA256));

    /// <summary>The mechanism that signs: with SHA-256 where the token has it, else what was hashed here.</summary>
    public static CKM Signing(TokenInfo token, KeyAlgorithm algorithm) => (algorithm.IsRsa(), HashesItself(token, algorithm)) switch
    {
        (true, true) => CKM.CKM_SHA256_RSA_PKCS,
        (true, false) => CKM.CKM_RSA_PKCS,
        (false, true) => CKM.CKM_ECDSA_SHA256,
        (false, false) => CKM.CKM_ECDSA,
    };

    /// <summary>The mechanism that makes a key pair.</summary>
    public static CKM Generation(KeyAlgorithm algorithm) => algorithm.IsRsa() ? CKM.CKM_RSA_PKCS_KEY_PAIR_GEN : CKM.CKM_EC_KEY_PAIR_GEN;

    /// <summary>Whether the token does ECDH.</summary>
    public static bool Derives(TokenInfo token) => Has(token, nameof(CKM.CKM_ECDH1_DERIVE));

    /// <summary>Refuses a token that cannot make such keys or cannot sign with them.</summary>
    public static void Check(TokenInfo token, KeyAlgorithm algorithm = KeyAlgorithm.EcP256)
    {
        string generation = algorithm.IsRsa() ? nameof(CKM.CKM_RSA_PKCS_KEY_PAIR_GEN) : nameof(CKM.CKM_EC_KEY_PAIR_GEN);
        string signing = algorithm.IsRsa() ? nameof(CKM.CKM_RSA_PKCS) : nameof(CKM.CKM_ECDSA);
        string? missing = !Has(token, generation) ? generation
            : !Has(token, signing) && !HashesItself(token, algorithm) ? signing
            : null;
        if (missing is not null)
        {
            throw new AutoRegisterException(
                ErrorId.HsmMechanismMissing,
                $"{missing} is not among the mechanisms of {token}.",
                Remedy(algorithm, token.ModulePath),
                token.ModulePath);
        }
    }

    /// <summary>What to do about a token that cannot.</summary>
    /// <param name="algorithm">What it should make.</param>
    /// <param name="modulePath">The token's module; <see langword="null"/> where it is not known.</param>
    /// <returns>The remedy, naming what says which module is used.</returns>
    public static string Remedy(KeyAlgorithm algorithm, string? modulePath) =>
        $"Use a token that can make {algorithm.DisplayName()} keys and sign with them{(modulePath is null ? string.Empty : $"; which module is used says {ModuleCalls.Of(modulePath).Users.Place}")}.";

    private static bool Has(TokenInfo token, string mechanism) => token.Mechanisms.Contains(mechanism);
}
