using AutoRegister.Core.Errors;
using AutoRegister.Core.Files;
using AutoRegister.Core.Pkcs11.Modules;
using Net.Pkcs11Interop.Common;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>What C_Initialize answers, and what becomes of the module then.</summary>
public sealed class ModuleStartTests : IDisposable
{
    private int disposed;

    public void Dispose() => disposed++;

    [Theory]
    [InlineData(CKR.CKR_OK, true)]
    [InlineData(CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED, false)]
    public void A_module_that_works_is_kept_and_it_is_known_who_began(CKR answer, bool here)
    {
        Assert.Equal(here, ModuleStart.WasHere(answer, this));
        Assert.Equal(0, disposed);
    }

    [Fact]
    public void A_module_that_fails_is_given_back()
    {
        Assert.Equal(CKR.CKR_HOST_MEMORY, Assert.Throws<Pkcs11Exception>(() => ModuleStart.WasHere(CKR.CKR_HOST_MEMORY, this)).RV);
        Assert.Equal(1, disposed);
    }

    [Fact]
    public void A_module_without_a_path_is_said_to_have_none()
    {
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => ModuleFile.Load(string.Empty));
        Assert.Equal((ErrorId.HsmModuleNotFound, string.Empty), (e.Id, e.Target));
        Assert.Contains("module path.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd", "/etc/passwd: ")]
    [InlineData("libnosuchmodule.so", "libnosuchmodule.so: cannot open shared object file")]
    public void The_dynamic_linker_s_own_words_are_the_reason(string path, string words)
    {
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => ModuleFile.Load(path));
        Assert.Contains(words, e.Message.Split("cannot be loaded: ")[1], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(path, e.Target);
        Assert.NotNull(e.InnerException);
    }

    [Theory]
    [InlineData("/etc/passwd", ErrorId.HsmModuleInvalid)]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6", ErrorId.HsmModuleInvalid)]
    [InlineData("/nonexistent.so", ErrorId.HsmModuleNotFound)]
    [InlineData("libnosuchmodule.so", ErrorId.HsmModuleNotFound)]
    public void A_module_that_cannot_be_loaded_is_corrected_where_it_was_named(string path, ErrorId id)
    {
        if (path.StartsWith("/lib", StringComparison.Ordinal) && !File.Exists(path))
        {
            path = "/lib/aarch64-linux-gnu/libc.so.6";
        }

        var source = new SettingSource(SettingSourceKind.File, "/mnt/etc/sota/hsm", 3) { Setting = "HSM_MODULE" };
        AutoRegisterException e = Assert.Throws<AutoRegisterException>(() => ModuleFile.Load(path, source));
        Assert.Equal(id, e.Id);
        Assert.Contains($"{path} (/mnt/etc/sota/hsm:3)", e.Message, StringComparison.Ordinal);
        Assert.Contains("orrect HSM_MODULE in /mnt/etc/sota/hsm:3", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_module_lacks_and_what_its_token_is_called_is_corrected_where_both_were_named()
    {
        var door = ModuleCalls.Of("/module-of-many.so");
        var credential = new RecordingObserver();
        Assert.Equal(("HSM_MODULE", "/etc/sota/hsm"), (door.Users.Place, door.Users.FilePath));
        door.Users.Add(credential, timeout: null, new ModuleOrigin(new SettingSource(SettingSourceKind.Parameter, "HsmModule"), "/mnt/etc/sota/hsm"));
        Assert.EndsWith("which module is used says -HsmModule.", KeyMechanisms.Remedy(AutoRegister.Core.Keys.KeyAlgorithm.EcP256, "/module-of-many.so"), StringComparison.Ordinal);
        Assert.Equal("/mnt/etc/sota/hsm", door.Users.FilePath);
        door.Users.Remove(credential);
        Assert.Equal("HSM_MODULE", door.Users.Place);
    }
}
