using AutoRegister.Core.Errors;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Modules that do not make the key they are asked for: fakes before SoftHSM2 refuse what SoftHSM2 does not.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class RefusedKeysTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly FakeModule fake = new();
    private TokenSession session;

    public RefusedKeysTests() => session = Open();

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
        fake.Refuse(nameof(ISession.GenerateKeyPair), refusal, args => ((List<IObjectAttribute>)args[2]!).Any(a => a.Type == (ulong)CKA.CKA_DERIVE));
        Assert.NotEmpty(session.GenerateKey(new KeyRequest()).Sign([1]));
        Assert.Equal(2, fake.Count(nameof(ISession.GenerateKeyPair)));
        Assert.Contains("fioconfig", Assert.Single(hsm.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_has_no_room_is_not_asked_twice()
    {
        fake.Refuse(nameof(ISession.GenerateKeyPair), CKR.CKR_DEVICE_MEMORY);
        Assert.Equal(ErrorId.HsmTokenUnusable, Fails(() => session.GenerateKey(new KeyRequest())).Id);
        Assert.Equal(1, fake.Count(nameof(ISession.GenerateKeyPair)));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, null, 1)]
    [InlineData(KeyAlgorithm.EcP384, CKM.CKM_ECDH1_DERIVE, 1)]
    [InlineData(KeyAlgorithm.EcP384, null, 0)]
    public void A_key_that_cannot_do_ecdh_is_told_of(KeyAlgorithm algorithm, CKM? missing, int warnings)
    {
        session.Dispose();
        fake.OfSlot = (slot, function, _) => function == nameof(ISlot.GetMechanismList) ? slot.GetMechanismList().Where(m => m != missing).ToList() : Fake.Real;
        session = Open();
        session.GenerateKey(new KeyRequest("tls", 1, algorithm));
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
        fake.Show(type, fake.Attribute(type, wrong));
        AutoRegisterException e = Fails(() => session.GenerateKey(new KeyRequest()));
        Assert.Equal((ErrorId.HsmKeyUnusable, SoftHsm.ModulePath), (e.Id, e.Target));
        Assert.Contains($"{type} is {(wrong == 0 ? "false" : "true")}", e.Message, StringComparison.Ordinal);
        Assert.Empty(session.FindObjects());

        foreach (IObjectAttribute? hidden in (IObjectAttribute?[])[null, fake.Attribute(type, 1, 1)])
        {
            fake.Show(type, hidden);
            var refused = Record.Exception(() => session.GenerateKey(new KeyRequest())) as AutoRegisterException;
            Assert.Equal(mustBeShown, refused is { Id: ErrorId.HsmKeyUnusable });
            Assert.Equal(mustBeShown, refused?.Message.Contains($"does not show its {type}", StringComparison.Ordinal) ?? false);
            session.DestroyObjects(session.FindObjects());
        }
    }

    [Fact]
    public void A_key_without_its_point_is_none()
    {
        fake.Show(CKA.CKA_EC_POINT, null);
        Assert.Contains("does not show its public key", Fails(() => session.GenerateKey(new KeyRequest())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, "63 bytes instead of 64")]
    [InlineData(64, "does not verify")]
    public void A_key_that_signs_wrongly_is_none(int length, string words)
    {
        fake.OfSession = (_, function, _) => function == nameof(ISession.Sign) ? Enumerable.Repeat((byte)7, length).ToArray() : Fake.Real;
        AutoRegisterException e = Fails(() => session.GenerateKey(new KeyRequest()));
        Assert.Equal(ErrorId.HsmKeyUnusable, e.Id);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_under_one_name_are_not_guessed_between()
    {
        Raw.GenerateKey(fake.Session, "tls", 1);
        Assert.NotNull(session.FindKey("tls", 1));
        Assert.Null(session.FindKey("tls", 2));
        Raw.GenerateKey(fake.Session, "tls", 1);
        AutoRegisterException e = Fails(() => session.FindKey("tls", 1));
        Assert.Equal((ErrorId.HsmObjectConflict, TokenObjectKind.PrivateKey), (e.Id, (e.Target as TokenObject)?.Kind));
        session.DestroyObjects([session.FindObjects().First(o => o.Kind == TokenObjectKind.PrivateKey)]);
        e = Fails(() => session.FindKey("tls", 1));
        Assert.Equal((ErrorId.HsmObjectConflict, TokenObjectKind.PublicKey), (e.Id, (e.Target as TokenObject)?.Kind));
    }

    private TokenSession Open() => TokenSession.Open(fake.In(hsm.Settings), true, hsm.Observer);

    private static AutoRegisterException Fails(Func<object?> action) => Assert.Throws<AutoRegisterException>(action);
}
