using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.Token;
using AutoRegister.Core.X509;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace AutoRegister.Core.Pkcs11.Objects;

/// <summary>Puts certificates into a token and takes them out. The new one is in and read back before the old one goes.</summary>
internal sealed class TokenCertificates(TokenAccess access, TokenObjects objects, IRegistrationObserver observer)
{
    /// <summary>Finds a certificate.</summary>
    /// <returns>The DER; <see langword="null"/> when there is none.</returns>
    public byte[]? Find(string label, ObjectId id)
    {
        List<IObjectHandle> handles = objects.Find(TokenObjectKind.Certificate, label, id);
        return handles.Count == 0 ? null : Read(handles[^1]);
    }

    /// <summary>Reads a certificate.</summary>
    /// <returns>The DER; <see langword="null"/> where the token does not show it.</returns>
    public byte[]? Read(IObjectHandle handle) => access.ReadBytes(handle, CKA.CKA_VALUE);

    /// <summary>Puts a certificate in.</summary>
    /// <param name="value">The certificate, DER.</param>
    /// <param name="replaceable">Foreign certificates under the same label and id that may go; certificates for the same public key always may.</param>
    public void Store(byte[] value, string label, ObjectId id, IReadOnlyCollection<TokenObject> replaceable)
    {
        CertificateFields fields = CertificateFields.TryRead(value) ?? throw new AutoRegisterException(
            ErrorId.CertificateMismatch, "What should go into the token as a certificate is no X.509 certificate.", target: label);
        string publicKey = PublicKeyHash.Of(fields.SubjectPublicKeyInfo);

        var old = new List<StoredCertificate>();
        bool stored = false;
        foreach (IObjectHandle handle in objects.Find(TokenObjectKind.Certificate, label, id))
        {
            byte[] present = access.ReadBytes(handle, CKA.CKA_VALUE) ?? [];
            if (!stored && present.AsSpan().SequenceEqual(value))
            {
                stored = true;
                continue;
            }

            TokenObject description = objects.Describe(TokenObjectKind.Certificate, handle);
            if (description.PublicKeyHash != publicKey && !replaceable.Any(o => o.Handle?.ObjectId == handle.ObjectId))
            {
                throw TokenConflicts.Error(access.Token, description);
            }

            old.Add(new StoredCertificate(handle, present));
        }

        if (!stored)
        {
            Create(value, fields, label, id, old);
        }

        old.ForEach(o => access.Destroy(o.Handle));
        observer.ReportDetail(stored && old.Count == 0
            ? $"The certificate \"{label}\" (id {id}) is in {access.Token} already."
            : $"Stored the certificate \"{label}\" (id {id}) in {access.Token}.");
    }

    private void Create(byte[] value, CertificateFields fields, string label, ObjectId id, List<StoredCertificate> old)
    {
        IObjectHandle handle;
        try
        {
            handle = objects.Put(
                () => access.Try("C_CreateObject", session => Create(session, value, fields, label, id)), certificate => [(TokenObjectKind.Certificate, certificate)]);
        }
        catch (Pkcs11Exception e) when (old.Count > 0)
        {
            handle = CreateAfterRemoval(value, fields, label, id, old, e);
        }
        catch (Pkcs11Exception e)
        {
            // NSS refuses a certificate that it has under another name, without saying so.
            throw objects.FindAll().FirstOrDefault(o => o.Handle is not null && access.ReadBytes(o.Handle, CKA.CKA_VALUE) is byte[] present && present.AsSpan().SequenceEqual(value)) is TokenObject twin
                ? TokenConflicts.Error(access.Token, twin)
                : Pkcs11Errors.Failure(access.Token.ToString(), e, access.Token.ModulePath);
        }

        if (access.ReadBytes(handle, CKA.CKA_VALUE) is not byte[] readBack || !readBack.AsSpan().SequenceEqual(value))
        {
            access.Destroy(handle);
            throw new AutoRegisterException(ErrorId.HsmTokenUnusable, $"The certificate that was put into {access.Token} did not come out the same.", "Check the token with its own tools.", access.Token.ModulePath);
        }
    }

    // Modules that take a certificate's label, id, or issuer and serial number for its identity refuse the new one while the old one is there.
    private IObjectHandle CreateAfterRemoval(byte[] value, CertificateFields fields, string label, ObjectId id, List<StoredCertificate> old, Pkcs11Exception refusal)
    {
        observer.ReportDetail($"{access.Token} refused a second certificate \"{label}\" ({refusal.Method}: {Pkcs11Errors.NameOf(refusal.RV)}); removing the old one first.");
        old.ForEach(o => access.Destroy(o.Handle));
        try
        {
            IObjectHandle handle = access.Try("C_CreateObject", session => Create(session, value, fields, label, id));
            old.Clear();
            return handle;
        }
        catch (Pkcs11Exception e)
        {
            foreach (StoredCertificate o in old)
            {
                if (CertificateFields.TryRead(o.Value) is CertificateFields oldFields)
                {
                    access.Run("C_CreateObject", session => Create(session, o.Value, oldFields, label, id));
                }
            }

            throw Pkcs11Errors.Failure(access.Token.ToString(), e, access.Token.ModulePath);
        }
    }

    private IObjectHandle Create(ISession session, byte[] value, CertificateFields fields, string label, ObjectId id)
    {
        using Template template = KeyTemplates.Certificate(access.NewTemplate(), label, id, fields, value);
        return session.CreateObject(template.Attributes);
    }

    private sealed record StoredCertificate(IObjectHandle Handle, byte[] Value);
}
