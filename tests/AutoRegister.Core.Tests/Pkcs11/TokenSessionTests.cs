using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

[Collection(SoftHsmTests.Name)]
public sealed class TokenSessionTests : IDisposable
{
    private readonly SoftHsm hsm = new();

    public void Dispose() => hsm.Dispose();

    [Fact]
    public void One_session_s_end_does_not_log_the_other_out()
    {
        using TokenSession first = hsm.Open();
        TokenSession second = hsm.Open();
        TokenKey key = first.GenerateKey(new KeyRequest());
        second.Dispose();

        Assert.NotEmpty(key.Sign([1, 2, 3]));
    }

    [Fact]
    public void Nothing_of_a_session_works_after_its_end()
    {
        TokenSession session = hsm.Open();
        TokenKey key = session.GenerateKey(new KeyRequest());
        session.Dispose();
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign([1]));
        Assert.Throws<ObjectDisposedException>(session.FindObjects);
    }

    /// <summary>SoftHSM2 does not count its sessions (CK_UNAVAILABLE_INFORMATION): the spy does.</summary>
    [Fact]
    [Trait("Takes", "long")]
    public async Task Two_hundred_keys_on_eight_threads_share_one_login_and_close_their_sessions()
    {
        hsm.Open().Dispose();
        var log = new SpyLog();
        using (var first = TokenSession.Open(SpyLog.Through(hsm.Settings), false, hsm.Observer))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, (n, _) =>
            {
                using var session = TokenSession.Open(SpyLog.Through(hsm.Settings), false, hsm.Observer);
                Assert.NotEmpty(session.GenerateKey(new KeyRequest($"key-{n}", (byte)n)).Sign([(byte)n]));
                return ValueTask.CompletedTask;
            });

            Assert.Equal(200, first.FindObjects().Count(o => o.Kind == TokenObjectKind.PrivateKey));
        }

        IReadOnlyList<string> calls = log.Calls();
        Assert.Equal(201, calls.Count(c => c == "C_OpenSession"));
        Assert.Equal(201, calls.Count(c => c == "C_CloseSession"));
        Assert.Single(calls, "C_Login");
        Assert.Single(calls, "C_Logout");
        Assert.Single(calls, "C_Finalize");
    }
}
