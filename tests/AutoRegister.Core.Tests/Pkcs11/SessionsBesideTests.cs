using AutoRegister.Core.Keys;
using AutoRegister.Core.Pkcs11;
using AutoRegister.Core.Pkcs11.Objects;
using AutoRegister.Core.Pkcs11.Settings;
using Net.Pkcs11Interop.HighLevelAPI;
using Xunit;

namespace AutoRegister.Core.Tests.Pkcs11;

/// <summary>Sessions of a module that serves several threads at once: none waits for another's call.</summary>
[Collection(SoftHsmTests.Name)]
public sealed class SessionsBesideTests
{
    [NssFact]
    public void Each_signs_with_the_key_while_the_others_do()
    {
        using var nss = new Nss();
        HsmSettings settings = nss.Settings() with { ServesThreads = true };
        using (var first = TokenSession.Open(settings, mayInitialize: true, new RecordingObserver()))
        {
            first.GenerateKey(new KeyRequest()).Dispose();
        }

        TokenSession[] sessions = [.. Enumerable.Range(0, 4).Select(_ => TokenSession.Open(settings, mayInitialize: false, new RecordingObserver()))];
        TokenKey[] keys = [.. sessions.Select(session => session.FindKey()!)];
        var signed = new System.Collections.Concurrent.ConcurrentBag<bool>();
        Thread[] threads = [.. keys.Select(key => new Thread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                byte[] data = BitConverter.GetBytes(i);
                signed.Add(KeySignature.Verifies(key.SubjectPublicKeyInfo.Span, data, key.Sign(data)));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Array.ForEach(sessions, session => session.Dispose());
        Assert.Equal(Enumerable.Repeat(true, 200), signed);
    }

    // No real module here signs so slowly that two calls are sure to meet: the fake's wait for each other, and SoftHSM2 signs one after the other.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_signatures_are_in_a_fake_module_at_once_where_it_serves_threads_and_not_otherwise(bool servesThreads)
    {
        using var hsm = new SoftHsm();
        var fake = new FakeModule();
        HsmSettings settings = fake.In(hsm.Settings) with { ServesThreads = servesThreads };
        using var one = TokenSession.Open(settings, mayInitialize: true, new RecordingObserver());
        using TokenKey made = one.GenerateKey(new KeyRequest());
        using var other = TokenSession.Open(settings, mayInitialize: false, new RecordingObserver());
        using TokenKey found = other.FindKey()!;

        int inside = 0;
        int most = 0;
        using var met = new ManualResetEventSlim();
        var signing = new Lock();
        fake.OfSession = (session, function, args) =>
        {
            if (function != nameof(ISession.Sign))
            {
                return Fake.Real;
            }

            most = Math.Max(most, Interlocked.Increment(ref inside));
            if (most == 2)
            {
                met.Set();
            }

            met.Wait(servesThreads ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(200));
            Interlocked.Decrement(ref inside);
            lock (signing)
            {
                return session.Sign((IMechanism)args[0]!, (IObjectHandle)args[1]!, (byte[])args[2]!);
            }
        };
        var thread = new Thread(() => made.Sign([1]));
        thread.Start();
        Assert.True(KeySignature.Verifies(found.SubjectPublicKeyInfo.Span, [2], found.Sign([2])));
        thread.Join();
        fake.ShowAll();
        Assert.Equal(servesThreads ? 2 : 1, most);
    }
}
