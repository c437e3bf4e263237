using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Token;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>
/// Which of several blank tokens becomes the device's. A fresh OP-TEE has three, with the numbers of their slots for serial numbers
/// and 32 asterisks for labels; SoftHSM2 with three stands in for it.
/// </summary>
[Collection(SoftHsmTests.Name)]
public sealed class BlankTokensTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void Of_SoftHSM2_s_three_blank_slots_in_place_of_OP_TEE_s_the_first_is_taken_and_said_which()
    {
        AddBlanks();
        TokenInfo[] before = Tokens();
        Assert.Equal((3, 0), (before.Length, before.Count(t => t.IsInitialized)));

        hsm.Open().Dispose();

        string said = Assert.Single(hsm.Observer.Steps, step => step.Contains("3 blank ones", StringComparison.Ordinal));
        Assert.Contains($"the first is taken: blank serial {before[0].Serial} in slot {before[0].SlotId}.", said, StringComparison.Ordinal);
        Assert.Equal(before[0].Serial, Assert.Single(Tokens(), t => t.Label == "aktualizr").Serial);
    }

    [Fact]
    public void A_serial_number_chooses_another_of_SoftHSM2_s_three_blank_slots_in_place_of_OP_TEE_s()
    {
        AddBlanks();
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        var selector = new TokenSelector(Serial: "0000000000000009");
        Assert.Equal("0000000000000009", TokenFinder.Find(module.Loaded, selector, acceptBlank: true, hsm.Observer).Token.Serial);
        Assert.Empty(hsm.Observer.Steps);
    }

    [Fact]
    public void A_token_of_somebody_else_is_never_taken_for_a_blank_one()
    {
        SoftHsm.InitializeToken("payments");
        hsm.Open().Dispose();
        Assert.Equal(["aktualizr", "payments"], Tokens().Where(t => t.IsInitialized).Select(t => t.Label).Order());
    }

    [Fact]
    public void With_two_tokens_of_our_label_the_error_says_how_the_hsm_file_resolves_it()
    {
        SoftHsm.InitializeToken("aktualizr");
        SoftHsm.InitializeToken("aktualizr");
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => hsm.Open().Dispose());
        Assert.Equal(ErrorId.HsmTokenAmbiguous, e.Id);
        Assert.Contains("HSM_TOKEN_SERIAL", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void That_the_OTA_client_would_take_another_token_of_the_same_label_is_said()
    {
        SoftHsm.InitializeToken("aktualizr");
        SoftHsm.InitializeToken("aktualizr");
        string[] serials = [.. Tokens().Where(t => t.IsInitialized).Select(t => t.Serial)];
        TokenSession.Open(hsm.Settings with { TokenSerial = serials[0] }, false, hsm.Observer).Dispose();
        Assert.DoesNotContain(hsm.Observer.Warnings, w => w.Contains("label alone", StringComparison.Ordinal));
        TokenSession.Open(hsm.Settings with { TokenSerial = serials[1] }, false, hsm.Observer).Dispose();
        Assert.Contains(hsm.Observer.Warnings, w => w.Contains("label alone", StringComparison.Ordinal) && w.Contains(serials[0], StringComparison.Ordinal));
    }

    [Fact]
    public void Tokens_of_the_same_label_and_serial_number_are_told_apart_by_no_setting()
    {
        SoftHsm.InitializeToken("aktualizr");
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        TokenSlot one = TokenSlot.List(module.Loaded, []).First(s => s.Token.Label == "aktualizr");
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => TokenFinder.Single([one, one], new TokenSelector(), module.Loaded));
        Assert.DoesNotContain("HSM_TOKEN_SERIAL", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("********************************", "")]
    [InlineData("*******************************", "*******************************")]
    [InlineData("*aktualizr                      ", "*aktualizr")]
    public void OP_TEE_s_label_of_32_asterisks_given_by_a_fake_is_no_label(string shown, string label)
    {
        using var module = Pkcs11Module.Open(FakeModule.WithLabel(shown).In(hsm.Settings), hsm.Observer);
        Assert.Equal(label, module.ListTokens()[0].Label);
    }

    /// <summary>
    /// SoftHSM2 has one blank token of its own and lists it last. These are initialised ones whose flag is taken away, which its
    /// C_InitToken does not put back; the device that registers with three whole ones is in Tokens.Tests.ps1.
    /// </summary>
    private void AddBlanks()
    {
        string[] serials = ["0000000000000008", "0000000000000009"];
        Array.ForEach(serials, SoftHsm.InitializeToken);
        foreach (string file in hsm.TokenFiles().ToArray())
        {
            byte[] content = File.ReadAllBytes(file);
            File.WriteAllBytes(file, TokenFile.Blank(content, serials.Single(serial => TokenFile.HasLabel(content, serial))));
        }
    }

    private static TokenInfo[] Tokens()
    {
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);
        return [.. module.ListTokens()];
    }
}
