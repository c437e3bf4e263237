using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Modules;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class ManyModulesTests : IDisposable
{
    private readonly SoftHsm softHsm = new();
    private readonly Nss nss = new();
    private readonly RecordingObserver observer = new();

    public void Dispose()
    {
        nss.Dispose();
        softHsm.Dispose();
    }

    [NssFact]
    public async Task Two_modules_work_at_once_in_one_process_and_one_s_end_is_not_the_other_s()
    {
        softHsm.Open().Dispose();
        TokenSession.Open(nss.Settings(), true, observer).Dispose();
        TokenKey stays;
        using var first = TokenSession.Open(nss.Settings(), false, observer);
        stays = first.GenerateKey(new KeyRequest("stays", 0x70));

        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 8 }, (n, _) =>
        {
            using var session = TokenSession.Open(n % 2 == 0 ? softHsm.Settings : nss.Settings(), false, observer);
            Assert.NotEmpty(session.GenerateKey(new KeyRequest($"key-{n}", (byte)(n + 1))).Sign([(byte)n]));
            return ValueTask.CompletedTask;
        });

        // SoftHSM2 is finalised by now, NSS is not.
        Assert.NotEmpty(stays.Sign([1]));
        Assert.Equal(17, first.FindObjects().Count(o => o.Kind == TokenObjectKind.PrivateKey));
        using TokenSession again = softHsm.Open(mayInitialize: false);
        Assert.Equal(16, again.FindObjects().Count(o => o.Kind == TokenObjectKind.PrivateKey));
    }

    /// <summary>NSS counts its sessions; SoftHSM2 says CK_UNAVAILABLE_INFORMATION, so TokenSessionTests counts its calls with the spy.</summary>
    [NssFact]
    [Trait("Takes", "long")]
    public async Task Two_hundred_keys_on_eight_threads_leave_no_session_says_the_token()
    {
        using var first = TokenSession.Open(nss.Settings(), true, observer);
        using var module = Pkcs11Module.Open(Nss.ModulePath!, nss.Settings().ModuleParameters);
        long? Count() => module.ListTokens().Single(t => t.Label == "aktualizr").SessionCount;
        using (var second = TokenSession.Open(nss.Settings(), false, observer))
        {
            Assert.Equal(2, Count());
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, (n, _) =>
        {
            using var session = TokenSession.Open(nss.Settings(), false, observer);
            Assert.NotEmpty(session.GenerateKey(new KeyRequest($"key-{n}", (byte)n)).Sign([(byte)n]));
            return ValueTask.CompletedTask;
        });

        Assert.Equal(1, Count());
    }
}
