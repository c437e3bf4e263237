using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.Factories;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Does to a token what other programs, or a killed run, do to it: plain PKCS#11 calls, none of them through our code.</summary>
internal static class Raw
{
    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>C_InitToken without C_InitPIN: what a run leaves that is killed in between.</summary>
    public static void InitializeTokenOnly(string label) => WithModule(library =>
    {
        ISlot blank = library.GetSlotList(SlotsType.WithTokenPresent).First(s => !s.GetTokenInfo().TokenFlags.TokenInitialized);
        blank.InitToken(Bytes(SoftHsm.SoPinText), Bytes(label));
    });

    /// <summary>Logs in to the token and does something.</summary>
    public static void WithSession(Action<ISession> action) => WithModule(library =>
    {
        ISlot slot = library.GetSlotList(SlotsType.WithTokenPresent).First(s => s.GetTokenInfo().Label.Trim() == "aktualizr");
        using ISession session = slot.OpenSession(SessionType.ReadWrite);
        session.Login(CKU.CKU_USER, Bytes(SoftHsm.PinText));
        action(session);
    });

    /// <summary>Makes a key pair with the given private half's attributes.</summary>
    public static void GenerateKey(ISession session, string label, byte id, bool extractable = false, byte[]? curve = null)
    {
        IObjectAttributeFactory f = session.Factories.ObjectAttributeFactory;
        List<IObjectAttribute> publicKey =
        [
            f.Create(CKA.CKA_TOKEN, true), f.Create(CKA.CKA_VERIFY, true), f.Create(CKA.CKA_LABEL, label), f.Create(CKA.CKA_ID, new[] { id }),
            f.Create(CKA.CKA_EC_PARAMS, curve ?? [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]),
        ];
        List<IObjectAttribute> privateKey =
        [
            f.Create(CKA.CKA_TOKEN, true), f.Create(CKA.CKA_PRIVATE, true), f.Create(CKA.CKA_SENSITIVE, true), f.Create(CKA.CKA_SIGN, true),
            f.Create(CKA.CKA_EXTRACTABLE, extractable), f.Create(CKA.CKA_LABEL, label), f.Create(CKA.CKA_ID, new[] { id }),
        ];
        session.GenerateKeyPair(session.Factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN), publicKey, privateKey, out _, out _);
    }

    /// <summary>Removes all objects of a class.</summary>
    public static void Destroy(ISession session, CKO type)
    {
        foreach (IObjectHandle handle in session.FindAllObjects([session.Factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, type)]))
        {
            session.DestroyObject(handle);
        }
    }

    /// <summary>Gives an object another label and id.</summary>
    public static void Rename(ISession session, CKO type, string label, string newLabel, byte newId)
    {
        IObjectAttributeFactory f = session.Factories.ObjectAttributeFactory;
        IObjectHandle handle = session.FindAllObjects([f.Create(CKA.CKA_CLASS, type), f.Create(CKA.CKA_LABEL, label)]).Single();
        session.SetAttributeValue(handle, [f.Create(CKA.CKA_LABEL, newLabel), f.Create(CKA.CKA_ID, new[] { newId })]);
    }

    /// <summary>Puts a certificate in, with the attributes a token must have and no more.</summary>
    public static void StoreCertificate(IPkcs11Library library, byte[] value, string label, byte id)
    {
        ISlot slot = library.GetSlotList(SlotsType.WithTokenPresent).First(s => s.GetTokenInfo().Label.Trim() == "aktualizr");
        using ISession session = slot.OpenSession(SessionType.ReadWrite);
        IObjectAttributeFactory f = session.Factories.ObjectAttributeFactory;
        session.CreateObject(
        [
            f.Create(CKA.CKA_CLASS, CKO.CKO_CERTIFICATE), f.Create(CKA.CKA_CERTIFICATE_TYPE, CKC.CKC_X_509), f.Create(CKA.CKA_TOKEN, true),
            f.Create(CKA.CKA_LABEL, label), f.Create(CKA.CKA_ID, new[] { id }), f.Create(CKA.CKA_SUBJECT, new byte[] { 0x30, 0 }), f.Create(CKA.CKA_VALUE, value),
        ]);
    }

    /// <summary>Loads the module as another program in the same process would.</summary>
    public static void WithModule(Action<IPkcs11Library> action)
    {
        LibdlResolver.Install();
        var factories = new Pkcs11InteropFactories();
        using IPkcs11Library library = factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, SoftHsm.ModulePath, AppType.MultiThreaded);
        action(library);
    }
}
