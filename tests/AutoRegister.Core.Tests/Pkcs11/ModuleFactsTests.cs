using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Facts about modules that no other test would miss; the table of all of them is in docs/hsm.md.</summary>
[Collection(SoftHsmTests.Name)]
public sealed partial class ModuleFactsTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void Libdl_is_found_where_its_bare_name_is_none_and_nothing_else_is_touched()
    {
        nint handle = LibdlResolver.Resolve("libdl", typeof(Pkcs11Exception).Assembly, null);

        Assert.True(NativeLibrary.TryGetExport(handle, "dlopen", out _));
        Assert.Equal(0, LibdlResolver.Resolve("libother", typeof(Pkcs11Exception).Assembly, null));
        LibdlResolver.Install();
    }

    [Theory]
    [InlineData("aktualizr                       ")]
    [InlineData("aktualizr\0                      ")]
    [InlineData("aktualizr\0what was in the buffer")]
    public void A_label_is_what_comes_before_padding_of_either_kind(string label)
    {
        using var module = Pkcs11Module.Open(FakeModule.WithLabel(label).In(hsm.Settings), hsm.Observer);

        Assert.Equal("aktualizr", module.ListTokens()[0].Label);
    }

    [Theory]
    [InlineData("CKM_ECDSA", KeyAlgorithm.EcP256, CKM.CKM_ECDSA)]
    [InlineData("CKM_ECDSA CKM_ECDSA_SHA256", KeyAlgorithm.EcP256, CKM.CKM_ECDSA_SHA256)]
    [InlineData("CKM_RSA_PKCS", KeyAlgorithm.Rsa2048, CKM.CKM_RSA_PKCS)]
    [InlineData("CKM_RSA_PKCS CKM_SHA256_RSA_PKCS", KeyAlgorithm.Rsa2048, CKM.CKM_SHA256_RSA_PKCS)]
    public void The_token_hashes_where_it_says_that_it_can(string listed, KeyAlgorithm algorithm, CKM expected)
    {
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenInfo token = module.ListTokens()[0] with { Mechanisms = listed.Split(' ') };

        Assert.Equal(expected, KeyMechanisms.Signing(token, algorithm));
    }

    [Fact]
    public void Attributes_are_asked_for_one_at_a_time_and_what_must_not_default_is_said()
    {
        var log = new SpyLog();
        using (var session = TokenSession.Open(SpyLog.Through(hsm.Settings), true, hsm.Observer))
        {
            session.GenerateKey(new KeyRequest());
            session.FindObjects();
        }

        string text = log.Text();
        MatchCollection questions = Question().Matches(text);
        Assert.NotEmpty(questions);
        Assert.All(questions, question => Assert.Equal("1", question.Groups[1].Value));
        string made = Generation().Match(text).Value;
        Assert.Matches(@"CKA_EXTRACTABLE\s+False", made);
        Assert.Matches(@"CKA_SENSITIVE\s+True", made);
        Assert.Matches(@"CKA_PRIVATE\s+True", made);
    }

    [Fact]
    public void The_module_is_told_to_use_the_system_s_locks()
    {
        var log = new SpyLog();
        Pkcs11Module.Open(SoftHsm.SpyPath).Dispose();

        Assert.Matches(@"(?s)C_Initialize\n.*?flags: 2\s", log.Text());
    }

    [Fact]
    public void A_module_is_initialised_again_after_its_last_user()
    {
        var log = new SpyLog();
        for (int i = 0; i < 3; i++)
        {
            using var module = Pkcs11Module.Open(SoftHsm.SpyPath);
            Assert.NotEmpty(module.ListTokens());
        }

        Assert.Equal(3, log.Calls().Count(c => c == "C_Initialize"));
        Assert.Equal(3, log.Calls().Count(c => c == "C_Finalize"));
    }

    [Fact]
    public void A_slot_whose_token_does_not_say_what_it_is_is_shown_with_its_failure_beside_the_others()
    {
        // SoftHSM2 lists a slot for a token file without content, and fails C_GetTokenInfo for it.
        hsm.AddTokenFile(new byte[8]);
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);

        IReadOnlyList<HsmSlot> slots = module.ListSlots();

        HsmSlot broken = Assert.Single(slots, s => s.State == HsmSlotState.Unreadable);
        Assert.Matches("^C_GetTokenInfo returned CKR_", broken.Problem);
        Assert.Null(broken.Token);
        Assert.Contains(broken.Problem, broken.ToString(), StringComparison.Ordinal);
        Assert.Single(slots, s => s.State == HsmSlotState.Blank);
    }

    [GeneratedRegex(@"\d+: C_GetAttributeValue\n(?:.*\n)*?\[in\] pTemplate\[(\d+)\]")]
    private static partial Regex Question();

    [GeneratedRegex(@"(?s)\d+: C_GenerateKeyPair\n.*?Returned")]
    private static partial Regex Generation();
}
