using AutoRegister.Core.Errors;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Keys.Pkcs11;

/// <summary>Makes and finds key pairs in a token. A key that leaves here has been checked and has signed.</summary>
internal sealed class TokenKeys(TokenAccess access, TokenObjects objects, IRegistrationObserver observer)
{
    /// <summary>Makes a key pair; a pair that turns out to be unusable is removed again.</summary>
    public TokenKey Generate(KeyRequest request)
    {
        KeyMechanisms.Check(access.Token);
        if (objects.FindKeysUnder(request.Label, request.Id) is [TokenObject occupant, ..])
        {
            throw TokenConflicts.Error(access.Token, occupant);
        }

        (IObjectHandle publicKey, IObjectHandle privateKey) = GeneratePair(request);
        try
        {
            TokenKey key = Check(request.Label, request.Id, publicKey, privateKey);
            if (access.ReadFlag(privateKey, CKA.CKA_DERIVE) is false || !KeyMechanisms.Derives(access.Token))
            {
                observer.ReportWarning($"ECDH with this key is not possible in {access.Token}: fioconfig will not be able to decrypt configuration files sent to this device.");
            }

            observer.ReportDetail($"Made the key \"{request.Label}\" (id {TokenNames.Hex(request.Id)}) in {access.Token}; a test signature verified.");
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
    public TokenKey? Find(string label, byte id)
    {
        List<IObjectHandle> privateKeys = objects.Find(TokenObjectKind.PrivateKey, label, id);
        List<IObjectHandle> publicKeys = objects.Find(TokenObjectKind.PublicKey, label, id);
        if (privateKeys.Count > 1 || publicKeys.Count > 1)
        {
            bool secret = privateKeys.Count > 1;
            throw TokenConflicts.Error(access.Token, new TokenObject(secret ? TokenObjectKind.PrivateKey : TokenObjectKind.PublicKey, label, TokenNames.Hex(id)));
        }

        return privateKeys is [IObjectHandle privateKey] && publicKeys is [IObjectHandle publicKey] ? Check(label, id, publicKey, privateKey) : null;
    }

    private TokenKey Check(string label, byte id, IObjectHandle publicKey, IObjectHandle privateKey)
    {
        KeyAttributes.Check(access, privateKey, label);
        byte[]? parameters = access.ReadBytes(publicKey, CKA.CKA_EC_PARAMS);
        if (!EcPublicKey.P256Parameters.SequenceEqual(parameters))
        {
            throw KeyAttributes.Unusable(access, label, "it is no EC P-256 key");
        }

        byte[] info = objects.ReadEcPublicKey(publicKey)
            ?? throw KeyAttributes.Unusable(access, label, "the token does not show its public point");
        var key = new TokenKey(access, label, id, privateKey, publicKey, info);
        key.Prove();
        return key;
    }

    private (IObjectHandle PublicKey, IObjectHandle PrivateKey) GeneratePair(KeyRequest request)
    {
        try
        {
            return access.Try(session => GeneratePair(session, request, derive: true));
        }
        catch (Pkcs11Exception e) when (e.RV is CKR.CKR_TEMPLATE_INCONSISTENT or CKR.CKR_ATTRIBUTE_TYPE_INVALID
            or CKR.CKR_ATTRIBUTE_VALUE_INVALID or CKR.CKR_ATTRIBUTE_READ_ONLY or CKR.CKR_KEY_FUNCTION_NOT_PERMITTED)
        {
            return access.Run(session => GeneratePair(session, request, derive: false));
        }
        catch (Pkcs11Exception e)
        {
            throw Pkcs11Errors.Failure(access.Token.ToString(), e, access.Token.ModulePath);
        }
    }

    private (IObjectHandle PublicKey, IObjectHandle PrivateKey) GeneratePair(ISession session, KeyRequest request, bool derive)
    {
        using IMechanism mechanism = session.Factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN);
        using Template publicTemplate = KeyTemplates.PublicKey(access.NewTemplate(), request);
        using Template privateTemplate = KeyTemplates.PrivateKey(access.NewTemplate(), request, derive);
        session.GenerateKeyPair(mechanism, publicTemplate.Attributes, privateTemplate.Attributes, out IObjectHandle publicKey, out IObjectHandle privateKey);
        return (publicKey, privateKey);
    }
}
