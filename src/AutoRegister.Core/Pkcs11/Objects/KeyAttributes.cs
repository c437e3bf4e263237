using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>Reads back what kind of key a token really holds. What was asked for is not what every module makes.</summary>
internal static class KeyAttributes
{
    /// <summary>Refuses a private key that could leave its token, or that the OTA client could not use.</summary>
    /// <param name="label">Its label, for messages.</param>
    public static void Check(TokenAccess access, IObjectHandle privateKey, string label)
    {
        Demand(access, privateKey, label, CKA.CKA_EXTRACTABLE, wanted: false, mustBeShown: true);
        Demand(access, privateKey, label, CKA.CKA_SENSITIVE, wanted: true, mustBeShown: true);
        Demand(access, privateKey, label, CKA.CKA_PRIVATE, wanted: true, mustBeShown: true);
        Demand(access, privateKey, label, CKA.CKA_TOKEN, wanted: true, mustBeShown: true);
        Demand(access, privateKey, label, CKA.CKA_SIGN, wanted: true, mustBeShown: false);

        // The OTA client logs in once and signs often; it could not answer a question for the PIN at every signature.
        // NSS does not show the attribute, and does not ask.
        Demand(access, privateKey, label, CKA.CKA_ALWAYS_AUTHENTICATE, wanted: false, mustBeShown: false);
    }

    /// <summary>An error about a key that is not what a device key must be.</summary>
    public static AutoRegisterException Unusable(TokenAccess access, string label, string says, Exception? cause = null) => new(
        ErrorId.HsmKeyUnusable,
        $"The key \"{label}\" in {access.Token} cannot be a device key: {says}.",
        "Use another token or module, or a key that was made with the right attributes.",
        access.Token.ModulePath,
        cause);

    private static void Demand(TokenAccess access, IObjectHandle key, string label, CKA type, bool wanted, bool mustBeShown)
    {
        bool? value = access.ReadFlag(key, type);
        if (value is null ? mustBeShown : value != wanted)
        {
            throw Unusable(access, label, value is null ? $"the token does not show its {type}" : $"its {type} is {(wanted ? "false" : "true")}");
        }
    }
}
