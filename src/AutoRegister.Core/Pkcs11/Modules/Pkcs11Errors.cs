using System.Globalization;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using Net.Pkcs11Interop.Common;

namespace AutoRegister.Core.Pkcs11.Modules;

/// <summary>The one place where PKCS#11 return values (PKCS#11 2.40, section 5.1) become our errors.</summary>
internal static class Pkcs11Errors
{
    /// <summary>The name of a return value, also of one the specification does not know.</summary>
    /// <returns>The <c>CKR_</c> name, or the number for a vendor's own.</returns>
    public static string NameOf(CKR rv) =>
        Enum.IsDefined(rv) ? rv.ToString() : string.Create(CultureInfo.InvariantCulture, $"CKR 0x{(ulong)rv:X8}");

    /// <summary>Makes an error of a failure that is about no PIN.</summary>
    /// <param name="subject">Token or module, as messages name it.</param>
    /// <param name="target">The user's input it belongs to.</param>
    public static AutoRegisterException Failure(string subject, Pkcs11Exception cause, object target)
    {
        (ErrorId id, string? action) = cause.RV switch
        {
            CKR.CKR_DEVICE_REMOVED or CKR.CKR_TOKEN_NOT_PRESENT =>
                (ErrorId.HsmTokenUnusable, "Check that the token and the service that serves it are present."),
            CKR.CKR_TOKEN_WRITE_PROTECTED or CKR.CKR_SESSION_READ_ONLY =>
                (ErrorId.HsmTokenUnusable, "The token is write-protected; make it writable or use another one."),
            CKR.CKR_DEVICE_MEMORY =>
                (ErrorId.HsmTokenUnusable, $"The token has no room left: remove objects that are no longer needed, or {TokenMedium.Words(target)}"),
            CKR.CKR_TOKEN_NOT_RECOGNIZED =>
                (ErrorId.HsmTokenUnusable, "The module does not recognise the token; check that they belong together."),
            CKR.CKR_MECHANISM_INVALID or CKR.CKR_MECHANISM_PARAM_INVALID or CKR.CKR_CURVE_NOT_SUPPORTED
                or CKR.CKR_DOMAIN_PARAMS_INVALID or CKR.CKR_FUNCTION_NOT_SUPPORTED =>
                (ErrorId.HsmMechanismMissing, KeyMechanisms.Remedy(KeyAlgorithm.EcP256, target as string)),
            CKR.CKR_USER_NOT_LOGGED_IN =>
                (ErrorId.HsmFailure, "Someone else in this process has logged out of the token; run again."),
            CKR.CKR_FUNCTION_CANCELED =>
                (ErrorId.HsmFailure, "Nobody entered the PIN at the token's PIN pad; run again and enter it there."),
            CKR.CKR_DEVICE_ERROR or CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED or CKR.CKR_HOST_MEMORY =>
                (ErrorId.HsmFailure, $"The medium that the token keeps its objects on may be full or read-only: {TokenMedium.Words(target)}"),
            _ => (ErrorId.HsmFailure, null),
        };
        return new AutoRegisterException(id, $"{Capital(subject)} failed: {cause.Method} returned {NameOf(cause.RV)}.", action, target, cause);
    }

    /// <summary>Makes an error of a login the token refused.</summary>
    /// <param name="token">The token, as its flags are after the attempt.</param>
    /// <param name="pin">The PIN that was tried.</param>
    public static AutoRegisterException Login(TokenInfo token, TokenPin pin, Pkcs11Exception cause) => cause.RV switch
    {
        CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID => PinErrors.Rejected(token, pin, cause),
        CKR.CKR_PIN_LEN_RANGE => PinErrors.Length(token, pin, cause),
        CKR.CKR_PIN_LOCKED => PinErrors.Locked(token, pin, cause),
        CKR.CKR_PIN_EXPIRED => PinErrors.Expired(token, pin, cause),
        CKR.CKR_USER_PIN_NOT_INITIALIZED => PinErrors.NotInitialized(token, pin, cause),
        _ => Failure(token.ToString(), cause, token.ModulePath),
    };

    private static string Capital(string text) => string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1));
}
