using System.Text;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.Factories;

namespace AutoRegister.Core.Pkcs11.Token;

/// <summary>A list of attributes on its way into the module; their unmanaged memory is freed with it.</summary>
internal sealed class Template(IObjectAttributeFactory factory) : IDisposable
{
    /// <summary>The attributes.</summary>
    public List<IObjectAttribute> Attributes { get; } = [];

    /// <summary>Adds the class of an object.</summary>
    public Template Class(TokenObjectKind kind) => Add(factory.Create(CKA.CKA_CLASS, ToClass(kind)));

    /// <summary>Adds label and id.</summary>
    public Template Named(string label, ObjectId id) => Label(label).Id(id);

    /// <summary>Adds a label.</summary>
    public Template Label(string label) => Bytes(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label));

    /// <summary>Adds an id.</summary>
    public Template Id(ObjectId id) => Bytes(CKA.CKA_ID, id.ToBytes());

    /// <summary>Adds a yes or no.</summary>
    public Template Flag(CKA type, bool value) => Add(factory.Create(type, value));

    /// <summary>Adds bytes.</summary>
    public Template Bytes(CKA type, byte[] value) => Add(factory.Create(type, value));

    /// <summary>Adds a number.</summary>
    public Template Number(CKA type, ulong value) => Add(factory.Create(type, value));

    /// <summary>Adds the type of a certificate.</summary>
    public Template CertificateType(CKC type) => Add(factory.Create(CKA.CKA_CERTIFICATE_TYPE, type));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IObjectAttribute attribute in Attributes)
        {
            attribute.Dispose();
        }
    }

    private static CKO ToClass(TokenObjectKind kind) => kind switch
    {
        TokenObjectKind.PrivateKey => CKO.CKO_PRIVATE_KEY,
        TokenObjectKind.PublicKey => CKO.CKO_PUBLIC_KEY,
        _ => CKO.CKO_CERTIFICATE,
    };

    private Template Add(IObjectAttribute attribute)
    {
        Attributes.Add(attribute);
        return this;
    }
}
