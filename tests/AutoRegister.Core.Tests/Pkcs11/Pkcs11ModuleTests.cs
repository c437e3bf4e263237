using AutoRegister.Core.Errors;
using AutoRegister.Core.Pkcs11.Modules;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class Pkcs11ModuleTests
{
    [Theory]
    [InlineData("/nonexistent/libpkcs11.so", ErrorId.HsmModuleNotFound)]
    [InlineData("libnosuchmodule.so", ErrorId.HsmModuleNotFound)]
    [InlineData("", ErrorId.HsmModuleNotFound)]
    [InlineData("/usr/lib", ErrorId.HsmModuleNotFound)]
    [InlineData("/etc/passwd", ErrorId.HsmModuleInvalid)]
    [InlineData("libc.so.6", ErrorId.HsmModuleInvalid)]
    public void What_is_no_module_is_said_to_be_none(string path, ErrorId id)
    {
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => Pkcs11Module.Open(path));

        Assert.Equal(id, e.Id);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.RecommendedAction);
    }

    [Theory]
    [InlineData(0x12, 40)] // e_machine (elf(5)): of another architecture than any .NET runs on.
    [InlineData(0x04, 1)] // e_ident[EI_CLASS]: of another word size.
    [InlineData(0x00, 0)]
    public void A_library_of_another_machine_is_wrong_configuration(int place, byte value)
    {
        byte[] library = File.ReadAllBytes(SoftHsm.ModulePath);
        library[place] = value;
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, library);
        try
        {
            AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => Pkcs11Module.Open(path));
            Assert.Equal((ErrorId.HsmModuleInvalid, FailureSort.Configuration, (object)path), (e.Id, e.Sort, e.Target));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_module_whose_own_configuration_is_broken_is_unusable()
    {
        using var hsm = new SoftHsm();
        NativeEnvironment.Set("SOFTHSM2_CONF", "/nonexistent/softhsm2.conf");

        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => Pkcs11Module.Open(SoftHsm.ModulePath));

        Assert.Equal(ErrorId.HsmModuleUnusable, e.Id);
        Assert.Contains("C_Initialize returned CKR_", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_is_finalised_by_its_last_user_only()
    {
        using var hsm = new SoftHsm();
        var first = Pkcs11Module.Open(SoftHsm.ModulePath);
        var second = Pkcs11Module.Open(SoftHsm.ModulePath);
        first.Dispose();
        first.Dispose();

        Assert.Single(second.ListTokens());
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(second.ListTokens);
    }

    [Fact]
    public void Two_paths_to_one_file_are_one_module()
    {
        using var hsm = new SoftHsm();
        string link = Path.Combine(Path.GetTempPath(), $"module-{Guid.NewGuid():N}.so");
        File.CreateSymbolicLink(link, SoftHsm.ModulePath);
        try
        {
            using var first = Pkcs11Module.Open(SoftHsm.ModulePath);
            Pkcs11Module.Open(link).Dispose();
            Assert.Single(first.ListTokens());
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public void A_module_somebody_else_initialised_is_not_finalised_by_us()
    {
        using var hsm = new SoftHsm();
        Raw.WithModule(library =>
        {
            Pkcs11Module.Open(SoftHsm.ModulePath).Dispose();
            Assert.NotEmpty(library.GetSlotList(Net.Pkcs11Interop.Common.SlotsType.WithTokenPresent));
        });
    }

    [Fact]
    public void A_blank_token_is_described_without_a_login()
    {
        using var hsm = new SoftHsm();
        using var module = Pkcs11Module.Open(SoftHsm.ModulePath);

        TokenInfo token = Assert.Single(module.ListTokens());

        Assert.False(token.IsInitialized);
        Assert.Equal(PinState.NotInitialized, token.UserPin);
        Assert.Equal((4, 255), (token.MinPinLength, token.MaxPinLength));
        Assert.StartsWith("SoftHSM slot ID", token.SlotDescription, StringComparison.Ordinal);
        Assert.Contains("CKM_EC_KEY_PAIR_GEN", token.Mechanisms);
        Assert.Contains("CKM_ECDSA", token.Mechanisms);
    }

    [Fact]
    public void A_slot_description_without_a_uuid_has_none()
    {
        using var hsm = new SoftHsm();
        Assert.Null(Pkcs11Module.FindUuidInSlotDescription(hsm.Settings));
    }
}
