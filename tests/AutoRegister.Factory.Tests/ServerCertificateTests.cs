using System.Diagnostics;
using System.Runtime.InteropServices;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Http;
using AutoRegister.Factory.Pki;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests;

/// <summary>The server's TLS certificate: its CSR, and how a new one takes the place of an old one while the server runs.</summary>
[Collection(FioctlFolder.Collection)]
public sealed class ServerCertificateTests : IDisposable
{
    private const int Hangup = 1;
    private readonly FioctlFolder folder = new();
    private readonly List<string> said = [];

    [Fact]
    public void The_CSR_keeps_the_key_that_is_there_and_names_every_host()
    {
        string key = File.ReadAllText(folder["tls.key"]);
        string pem = TlsSigningRequest.Write(folder["tls.key"], folder["tls.csr"], [FioctlFolder.Host, "10.0.0.7"], "acme");
        Assert.Equal(key, File.ReadAllText(folder["tls.key"]));
        Assert.Equal(pem, File.ReadAllText(folder["tls.csr"]));
        string text = Tool.Run("openssl", "req", "-in", folder["tls.csr"], "-verify", "-noout", "-text");
        Assert.Contains($"DNS:{FioctlFolder.Host}, IP Address:10.0.0.7", text, StringComparison.Ordinal);
        Assert.Contains($"CN = {FioctlFolder.Host}, OU = acme", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_made_is_for_its_owner_alone()
    {
        File.Delete(folder["tls.key"]);
        TlsSigningRequest.Write(folder["tls.key"], folder["tls.csr"], [FioctlFolder.Host], "acme");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["tls.key"]));
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_not_replaced()
    {
        File.WriteAllText(folder["tls.key"], "precious");
        Assert.Contains(folder["tls.key"], Assert.Throws<ExitException>(() => TlsSigningRequest.Write(folder["tls.key"], folder["tls.csr"], ["h"], "acme")).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["tls.key"]));
    }

    [Fact]
    public void A_new_certificate_is_taken_and_a_broken_one_refused_with_a_line()
    {
        using FactoryPki pki = folder.Open(report: said.Add);
        var server = (FileServerCertificate)pki.Server;
        var context = new ServerTlsContext(server);
        (string? first, System.Net.Security.SslStreamCertificateContext? firstContext) = (server.Current.Leaf.SerialNumber, context.Current);
        Assert.Same(firstContext, context.Current);

        folder.MakeTls();
        Assert.True(server.Reload());
        Assert.NotEqual(first, server.Current.Leaf.SerialNumber);
        Assert.NotSame(firstContext, context.Current);
        Assert.Equal(server.Current.Leaf, context.Current.TargetCertificate);
        Assert.Contains("is in use", Assert.Single(said), StringComparison.Ordinal);

        ServerCertificateChain second = server.Current;
        said.Clear();
        folder.MakeTls("other.example.org");
        Assert.False(server.Reload());
        Assert.Same(second, server.Current);
        Assert.Contains(folder["tls.pem"], Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_change_are_read_again_once()
    {
        var clock = new TimerClock();
        using FactoryPki pki = folder.Open(report: said.Add, clock: clock);
        clock.Tick();
        Assert.Empty(said);
        ServerCertificateChain first = pki.Server.Current;
        await Task.Delay(20);
        folder.MakeTls();
        clock.Tick();
        Assert.NotSame(first, pki.Server.Current);
        clock.Tick();
        Assert.Single(said);
    }

    [Fact]
    public async Task SIGHUP_has_them_read_again()
    {
        using FactoryPki pki = folder.Open();
        ServerCertificateChain first = pki.Server.Current;
        Assert.Equal(0, SendSignal(Environment.ProcessId, Hangup));
        var waited = Stopwatch.StartNew();
        while (ReferenceEquals(first, pki.Server.Current))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30));
            await Task.Delay(20);
        }
    }

    public void Dispose() => folder.Dispose();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int processId, int signal);

    /// <summary>A clock whose one timer fires when a test says so.</summary>
    private sealed class TimerClock : TimeProvider
    {
        private Action? fire;

        public void Tick() => fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            fire = () => callback(state);
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
