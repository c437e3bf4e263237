using AutoRegister.Core.Pkcs11.Settings;
using AutoRegister.Core.Pkcs11.SoftHsm;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>A login that is cut short, by a kill or a power cut, costs SoftHSM2's token nothing.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class SoftHsmLoginCopyTests : IDisposable
{
    private readonly SoftHsm hsm = new();
    private readonly string directory;
    private readonly byte[] whole;

    public SoftHsmLoginCopyTests()
    {
        hsm.Open().Dispose();
        directory = Assert.Single(SoftHsmStorage.TokenDirectories(ModuleVariables.Current()));
        whole = File.ReadAllBytes(TokenFile);
    }

    private string TokenFile => Path.Join(directory, "token.object");

    private string Copy => Path.Join(directory, SoftHsmLoginCopy.FileName);

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void During_a_login_there_is_a_copy_and_afterwards_none()
    {
        string serial = SoftHsmStorage.SerialOf(directory);
        SoftHsmLoginCopy.Protect(serial, ModuleVariables.Current(), () => Assert.Equal(whole, File.ReadAllBytes(Copy)));
        Assert.False(File.Exists(Copy));
        Assert.ThrowsAny<IOException>(() => SoftHsmLoginCopy.Protect(serial, ModuleVariables.Current(), () => throw new IOException()));
        Assert.False(File.Exists(Copy));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(-1)]
    public void What_a_kill_cut_off_is_put_back(int length)
    {
        File.WriteAllBytes(Copy, whole);
        File.WriteAllBytes(TokenFile, whole[..(length < 0 ? whole.Length - 1 : length)]);
        hsm.Open(mayInitialize: false).Dispose();
        Assert.Equal(whole.Length, File.ReadAllBytes(TokenFile).Length);
        Assert.False(File.Exists(Copy));
    }

    [Fact]
    public void NUL_bytes_of_a_power_cut_are_put_back()
    {
        File.WriteAllBytes(Copy, whole);
        File.WriteAllBytes(TokenFile, [.. whole[..100], .. new byte[whole.Length - 100]]);
        hsm.Open(mayInitialize: false).Dispose();
    }

    [Fact]
    public void What_was_changed_since_stays_as_it_is()
    {
        File.WriteAllBytes(Copy, whole);
        byte[] changed = [.. whole];
        changed[^2] ^= 1;
        File.WriteAllBytes(TokenFile, changed);
        SoftHsmLoginCopy.Restore(ModuleVariables.Current());
        Assert.Equal(changed, File.ReadAllBytes(TokenFile));
        Assert.False(File.Exists(Copy));
    }

    [Fact]
    public void A_copy_of_nothing_takes_nothing_away()
    {
        File.WriteAllBytes(Copy, []);
        SoftHsmLoginCopy.Restore(ModuleVariables.Current());
        Assert.Equal(whole, File.ReadAllBytes(TokenFile));
    }
}
