using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>Makes and finds key pairs in a token. A key that leaves here has been checked and has signed.</summary>
internal sealed class TokenKeys(TokenAccess access, TokenObjects objects, IRegistrationObserver observer)
{
    /// <summary>Makes a key pair; a pair that turns out to be unusable is removed again.</summary>
    public TokenKey Generate(KeyRequest request)
    {
        KeyMechanisms.Check(access.Token, request.Algorithm);
        if (objects.FindKeysUnder(request.Label, request.Id) is [TokenObject occupant, ..])
        {
            throw TokenConflicts.Error(access.Token, occupant);
        }

        (IObjectHandle publicKey, IObjectHandle privateKey) = objects.Put(
            () => GeneratePair(request), pair => [(TokenObjectKind.PublicKey, pair.PublicKey), (TokenObjectKind.PrivateKey, pair.PrivateKey)]);
        try
        {
            TokenKey key = Check(request.Label, request.Id, publicKey, privateKey);
            if (request.Algorithm.IsRsa() || access.ReadFlag(privateKey, CKA.CKA_DERIVE) is false || !KeyMechanisms.Derives(access.Token))
            {
                observer.ReportWarning($"ECDH with this key is not possible in {access.Token}: fioconfig will not be able to decrypt configuration files sent to this device.");
            }

            observer.ReportDetail($"Made the {request.Algorithm.DisplayName()} key \"{request.Label}\" (id {request.Id}) in {access.Token}; a test signature verified.");
            return key;
        }
        catch (AutoRegisterException)
        {
            access.Destroy(privateKey);
            access.Destroy(publicKey);
            throw;
        }
    }

    /// <summary>Finds a complete pair.</summary>
    /// <returns>The pair; <see langword="null"/> where a half or both are missing.</returns>
    public TokenKey? Find(string label, ObjectId id)
    {
        List<IObjectHandle> privateKeys = objects.Find(TokenObjectKind.PrivateKey, label, id);
        List<IObjectHandle> publicKeys = objects.Find(TokenObjectKind.PublicKey, label, id);
        if (privateKeys.Count > 1 || publicKeys.Count > 1)
        {
            bool secret = privateKeys.Count > 1;
            throw TokenConflicts.Error(access.Token, new TokenObject(secret ? TokenObjectKind.PrivateKey : TokenObjectKind.PublicKey, label, id.Hex));
        }

        return privateKeys is [IObjectHandle privateKey] && publicKeys is [IObjectHandle publicKey] ? Check(label, id, publicKey, privateKey) : null;
    }

    private TokenKey Check(string label, ObjectId id, IObjectHandle publicKey, IObjectHandle privateKey)
    {
        byte[] info = objects.ReadPublicKey(publicKey)
            ?? throw KeyAttributes.Unusable(access, label, "the token does not show its public key");
        return Check(label, id, publicKey, privateKey, info);
    }

    /// <summary>Checks a private key's attributes and that it belongs to a public key.</summary>
    public TokenKey Check(string label, ObjectId id, IObjectHandle? publicKey, IObjectHandle privateKey, byte[] info)
    {
        KeyAttributes.Check(access, privateKey, label);
        KeyAlgorithm algorithm = KeyAlgorithms.Of(info)
            ?? throw KeyAttributes.Unusable(access, label, "it is none of EC P-256, P-384, P-521, RSA 2048 and RSA 3072");
        var key = new TokenKey(access, label, id, privateKey, publicKey, info, algorithm);
        key.Prove();
        return key;
    }

    /// <summary>Whether the token signs with a key that is made for the purpose and gone afterwards: where it does not, no key is to blame.</summary>
    public bool Works(KeyAlgorithm algorithm)
    {
        var request = new KeyRequest("trial", 0, algorithm) { IsForSession = true };
        try
        {
            (IObjectHandle publicKey, IObjectHandle privateKey) = GeneratePair(request);
            new TokenKey(access, request.Label, request.Id, privateKey, publicKey, objects.ReadPublicKey(publicKey) ?? [], algorithm).Prove();
            access.Destroy(privateKey);
            access.Destroy(publicKey);
            return true;
        }
        catch (AutoRegisterException e)
        {
            observer.ReportDetail($"A trial signature failed as well: {e.Message}");
            return false;
        }
    }

    private (IObjectHandle PublicKey, IObjectHandle PrivateKey) GeneratePair(KeyRequest request)
    {
        try
        {
            return access.Try("C_GenerateKeyPair", session => GeneratePair(session, request, derive: !request.Algorithm.IsRsa()), takesLong: true);
        }
        catch (Pkcs11Exception e) when (e.RV is CKR.CKR_TEMPLATE_INCONSISTENT or CKR.CKR_ATTRIBUTE_TYPE_INVALID
            or CKR.CKR_ATTRIBUTE_VALUE_INVALID or CKR.CKR_ATTRIBUTE_READ_ONLY or CKR.CKR_KEY_FUNCTION_NOT_PERMITTED)
        {
            return access.Run("C_GenerateKeyPair", session => GeneratePair(session, request, derive: false), takesLong: true);
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(access.Token.ToString(), e, access.Token.ModulePath);
        }
    }

    private (IObjectHandle PublicKey, IObjectHandle PrivateKey) GeneratePair(ISession session, KeyRequest request, bool derive)
    {
        using IMechanism mechanism = session.Factories.MechanismFactory.Create(KeyMechanisms.Generation(request.Algorithm));
        using Template publicTemplate = KeyTemplates.PublicKey(access.NewTemplate(), request);
        using Template privateTemplate = KeyTemplates.PrivateKey(access.NewTemplate(), request, derive);
        session.GenerateKeyPair(mechanism, publicTemplate.Attributes, privateTemplate.Attributes, out IObjectHandle publicKey, out IObjectHandle privateKey);
        return (publicKey, privateKey);
    }
}
