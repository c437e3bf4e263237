using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Modules that do not make the key they are asked for: a fake session before SoftHSM2 refuses what SoftHSM2 does not.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RefusedKeysTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private FaultySession session;

    public RefusedKeysTests() => session = new FaultySession(hsm);

    public void Dispose()
    {
        session.Dispose();
        hsm.Dispose();
    }

    [Theory]
    [InlineData(CKR.CKR_TEMPLATE_INCONSISTENT)]
    [InlineData(CKR.CKR_ATTRIBUTE_TYPE_INVALID)]
    [InlineData(CKR.CKR_ATTRIBUTE_VALUE_INVALID)]
    [InlineData(CKR.CKR_ATTRIBUTE_READ_ONLY)]
    [InlineData(CKR.CKR_KEY_FUNCTION_NOT_PERMITTED)]
    public void A_module_that_makes_no_key_for_ecdh_is_asked_for_one_without_and_the_user_told(CKR refusal)
    {
        session.Answer = (function, args) => function == nameof(ISession.GenerateKeyPair) && ((List<IObjectAttribute>)args[2]!).Any(a => a.Type == (ulong)CKA.CKA_DERIVE)
            ? throw new Pkcs11Exception("C_GenerateKeyPair", refusal)
            : FakeSlot.Real;
        Assert.NotEmpty(session.Keys.Generate(new KeyRequest()).Sign([1]));
        Assert.Equal(2, session.Count(nameof(ISession.GenerateKeyPair)));
        Assert.Contains("fioconfig", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_has_no_room_is_not_asked_twice()
    {
        session.Answer = (function, _) => function == nameof(ISession.GenerateKeyPair) ? throw new Pkcs11Exception("C_GenerateKeyPair", CKR.CKR_DEVICE_MEMORY) : FakeSlot.Real;
        Assert.Equal(ErrorId.HsmTokenUnusable, Fails(() => session.Keys.Generate(new KeyRequest())).Id);
        Assert.Equal(1, session.Count(nameof(ISession.GenerateKeyPair)));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, "", 1)]
    [InlineData(KeyAlgorithm.EcP384, "CKM_ECDH1_DERIVE", 1)]
    [InlineData(KeyAlgorithm.EcP384, "", 0)]
    public void A_key_that_cannot_do_ecdh_is_told_of(KeyAlgorithm algorithm, string missing, int warnings)
    {
        session.Dispose();
        session = new FaultySession(hsm, null, missing);
        session.Keys.Generate(new KeyRequest("tls", 1, algorithm));
        Assert.Equal(warnings, hsm.Observer.Warnings.Count);
    }

    [Theory]
    [InlineData(CKA.CKA_EXTRACTABLE, 1, true)]
    [InlineData(CKA.CKA_SENSITIVE, 0, true)]
    [InlineData(CKA.CKA_PRIVATE, 0, true)]
    [InlineData(CKA.CKA_TOKEN, 0, true)]
    [InlineData(CKA.CKA_SIGN, 0, false)]
    [InlineData(CKA.CKA_ALWAYS_AUTHENTICATE, 1, false)]
    public void A_key_whose_attribute_is_wrong_or_hidden_is_removed_again(CKA type, byte wrong, bool mustBeShown)
    {
        session.Show(type, session.Attribute(type, wrong));
        AutoRegisterException e = Fails(() => session.Keys.Generate(new KeyRequest()));
        Assert.Equal((ErrorId.HsmKeyUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        Assert.Contains($"{type} is {(wrong == 0 ? "false" : "true")}", e.Message, StringComparison.Ordinal);
        Assert.Empty(session.Objects.FindAll());

        foreach (IObjectAttribute? hidden in (IObjectAttribute?[])[null, session.Attribute(type, 1, 1)])
        {
            session.Show(type, hidden);
            var refused = Record.Exception(() => session.Keys.Generate(new KeyRequest())) as AutoRegisterException;
            Assert.Equal(mustBeShown, refused is { Id: ErrorId.HsmKeyUnusable });
            Assert.Equal(mustBeShown, refused?.Message.Contains($"does not show its {type}", StringComparison.Ordinal) ?? false);
            session.Access.Destroy(session.Objects.FindAll().FirstOrDefault(o => o.Kind == TokenObjectKind.PrivateKey)?.Handle ?? session.Session.Factories.ObjectHandleFactory.Create(99));
            session.Access.Destroy(session.Objects.FindAll().FirstOrDefault(o => o.Kind == TokenObjectKind.PublicKey)?.Handle ?? session.Session.Factories.ObjectHandleFactory.Create(99));
        }
    }

    [Fact]
    public void A_key_without_its_point_is_none()
    {
        session.Show(CKA.CKA_EC_POINT, null);
        Assert.Contains("does not show its public key", Fails(() => session.Keys.Generate(new KeyRequest())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, "63 bytes instead of 64")]
    [InlineData(64, "does not verify")]
    public void A_key_that_signs_wrongly_is_none(int length, string words)
    {
        session.Answer = (function, _) => function == nameof(ISession.Sign) ? Enumerable.Repeat((byte)7, length).ToArray() : FakeSlot.Real;
        AutoRegisterException e = Fails(() => session.Keys.Generate(new KeyRequest()));
        Assert.Equal(ErrorId.HsmKeyUnusable, e.Id);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_under_one_name_are_not_guessed_between()
    {
        Raw.GenerateKey(session.Session, "tls", 1);
        Assert.NotNull(session.Keys.Find("tls", 1));
        Assert.Null(session.Keys.Find("tls", 2));
        Raw.GenerateKey(session.Session, "tls", 1);
        AutoRegisterException e = Fails(() => session.Keys.Find("tls", 1));
        Assert.Equal((ErrorId.HsmObjectConflict, TokenObjectKind.PrivateKey), (e.Id, (e.Target as TokenObject)?.Kind));
        session.Access.Destroy(session.Objects.FindAll().First(o => o.Kind == TokenObjectKind.PrivateKey).Handle!);
        e = Fails(() => session.Keys.Find("tls", 1));
        Assert.Equal((ErrorId.HsmObjectConflict, TokenObjectKind.PublicKey), (e.Id, (e.Target as TokenObject)?.Kind));
    }

    private static AutoRegisterException Fails(Func<object?> action) => Assert.Throws<AutoRegisterException>(action);
}
