using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>
/// Mends a key pair of ours of which one object is gone, empty or incomplete: a token's files were damaged, or another program removed it. The
/// certificate request says which key it was.
/// </summary>
internal sealed class KeyRepair(TokenAccess access, TokenObjects objects, TokenKeys keys, IRegistrationObserver observer)
{
    /// <summary>Finds the pair, whole or made whole; what is left of one that cannot be is removed.</summary>
    /// <param name="subjectPublicKeyInfo">The public key, DER.</param>
    /// <returns>The pair; <see langword="null"/> when it is gone, or another whole pair is in its place.</returns>
    public TokenKey? Run(DeviceObjects ours, byte[] subjectPublicKeyInfo)
    {
        string expected = PublicKeyHash.Of(subjectPublicKeyInfo);
        bool isBroken = false;
        try
        {
            if (keys.Find(ours.KeyLabel, ours.KeyId) is TokenKey whole)
            {
                return PublicKeyHash.Of(whole.SubjectPublicKeyInfo.Span) == expected ? whole : null;
            }
        }
        catch (AutoRegisterException e) when (e.Id is ErrorId.HsmKeyUnusable or ErrorId.HsmFailure)
        {
            isBroken = true;
        }

        if (objects.Find(TokenObjectKind.PrivateKey, ours.KeyLabel, ours.KeyId) is [IObjectHandle privateKey]
            && Prove(privateKey, ours, subjectPublicKeyInfo) && PutBack(ours, subjectPublicKeyInfo))
        {
            observer.ReportWarning($"The public key object \"{ours.KeyLabel}\" (id {ours.KeyId}) in {access.Token} was gone or damaged: it was put back from the certificate request.");
            return keys.Find(ours.KeyLabel, ours.KeyId);
        }

        Remove(objects.FindOf(ours).Where(o => o.Kind switch
        {
            TokenObjectKind.Certificate => ours.Touches(o) && o.PublicKeyHash == expected,
            TokenObjectKind.PublicKey => ours.Names(o) && (isBroken || o.PublicKeyHash is null || o.PublicKeyHash == expected),
            _ => ours.Names(o),
        }));
        return null;
    }

    private bool Prove(IObjectHandle privateKey, DeviceObjects ours, byte[] subjectPublicKeyInfo)
    {
        try
        {
            using TokenKey proven = keys.Check(ours.KeyLabel, ours.KeyId, null, privateKey, subjectPublicKeyInfo);
            return true;
        }
        catch (AutoRegisterException e) when (e.Id is ErrorId.HsmKeyUnusable or ErrorId.HsmFailure)
        {
            // A token that fails with any key may work later, and then the key does too.
            if (e.Id == ErrorId.HsmFailure && !keys.Works(KeyAlgorithms.Of(subjectPublicKeyInfo) ?? KeyAlgorithm.EcP256))
            {
                throw;
            }

            return false;
        }
    }

    private bool PutBack(DeviceObjects ours, byte[] subjectPublicKeyInfo)
    {
        objects.Find(TokenObjectKind.PublicKey, ours.KeyLabel, ours.KeyId).ForEach(access.Destroy);
        using Template template = KeyTemplates.PublicKeyObject(access.NewTemplate(), ours.KeyLabel, ours.KeyId, subjectPublicKeyInfo);
        try
        {
            access.Try("C_CreateObject", session => session.CreateObject(template.Attributes));
            return true;
        }
        catch (Pkcs11Exception e) when (e.RV is CKR.CKR_FUNCTION_NOT_SUPPORTED or CKR.CKR_TEMPLATE_INCONSISTENT or CKR.CKR_TEMPLATE_INCOMPLETE
            or CKR.CKR_ATTRIBUTE_TYPE_INVALID or CKR.CKR_ATTRIBUTE_VALUE_INVALID or CKR.CKR_ATTRIBUTE_READ_ONLY or CKR.CKR_USER_NOT_LOGGED_IN)
        {
            observer.ReportDetail($"{access.Token} takes no public key object ({e.Method}: {Pkcs11Errors.NameOf(e.RV)})");
            return false;
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(access.Token.ToString(), e, access.Token.ModulePath);
        }
    }

    private void Remove(IEnumerable<TokenObject> remains)
    {
        foreach (TokenObject item in remains.OrderBy(o => o.Kind).ToList())
        {
            observer.ReportWarning($"Removing the {item} from {access.Token}: it is what is left of the device's key pair, which cannot be used any more");
            access.Destroy(item.Handle!);
        }
    }
}
