using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Api;
using AutoRegister.Core.Base;
using AutoRegister.Core.Errors;
using Xunit;

namespace AutoRegister.Core.Tests.Api;

/// <summary>A clock that is wrong is named as the cause, whatever part of the registration finds it out.</summary>
public sealed class ClockTests
{
    private static readonly Uri Api = new("https://api.test/");
    private static readonly DateTimeOffset Now = BuildInformation.ReleaseDate.AddDays(100);

    [Fact]
    public void AClockBeforeTheReleaseIsNotSet()
    {
        var clock = new ClockWatch(new SettableTime(DateTimeOffset.UnixEpoch));
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => clock.Compare(Api, Now));
        Assert.Equal(ErrorId.ClockNotSet, error.Id);
        Assert.Contains("1970-01-01 00:00:00Z", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorId.ClockNotSet, Assert.Throws<AutoRegisterException>(() => clock.Compare(Api, null)).Id);
    }

    [Fact]
    public void AServerThatSaysTheSameIsBelieved() => new ClockWatch(new SettableTime(DateTimeOffset.UnixEpoch)).Compare(Api, DateTimeOffset.UnixEpoch.AddHours(1));

    [Fact]
    public void AClockThatIsBehindTheServersIsNamedWithBoth()
    {
        AutoRegisterException error = Assert.Throws<AutoRegisterException>(() => new ClockWatch(new SettableTime(Now)).Compare(Api, Now.AddDays(2)));
        Assert.Equal(ErrorId.ClockWrong, error.Id);
        Assert.Contains($"{Now:u}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Now.AddDays(2):u}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-23)]
    [InlineData(0)]
    [InlineData(900)]
    public void AClockThatDoesNoHarmIsNotComplainedOf(int hoursAhead)
    {
        new ClockWatch(new SettableTime(Now)).Compare(Api, Now.AddHours(-hoursAhead));
        new ClockWatch(new SettableTime(Now)).Compare(Api, null);
    }

    [Theory]
    [InlineData(-3, "set back by 3.00:00:00 during this run")]
    [InlineData(40, "set forward by 40.00:00:00 during this run")]
    [InlineData(0, null)]
    public void AStepDuringTheRunIsSaid(int days, string? said)
    {
        var time = new SettableTime(Now);
        var clock = new ClockWatch(time);
        time.Step = TimeSpan.FromDays(days);
        Assert.Equal(said is not null, clock.Words.Contains("during this run", StringComparison.Ordinal));
        Assert.Contains(said ?? string.Empty, clock.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheWaitEndsWhenTheClockIsSet()
    {
        var time = new SettableTime(Now);
        Task waiting = new ClockWatch(time).WaitUntilSetAsync(TimeSpan.FromDays(1), CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        time.Step = TimeSpan.FromDays(30);
        await waiting;
    }

    [Theory]
    [InlineData(-10, -5)]
    [InlineData(5, 10)]
    public void ACertificateThatTimeAloneSpoilsIsTheClocks(int from, int to)
    {
        using X509Certificate2 root = Certificate(from, to);
        CertificateTerm? term = null;
        Assert.False(TrustAnchor.Of(root).Validate(root, null, SslPolicyErrors.RemoteCertificateChainErrors, ref term));
        Assert.Equal((root.NotBefore.ToUniversalTime(), root.NotAfter.ToUniversalTime(), true), (term!.NotBefore, term.NotAfter, term.Alone));
    }

    [Fact]
    public void ACertificateThatIsStrangeBesidesIsNot()
    {
        using X509Certificate2 root = Certificate(-1, 1);
        using X509Certificate2 stranger = Certificate(-10, -5);
        CertificateTerm? term = null;
        Assert.False(TrustAnchor.Of(root).Validate(stranger, null, SslPolicyErrors.RemoteCertificateChainErrors, ref term));
        Assert.False(term!.Alone);
    }

    private static X509Certificate2 Certificate(int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays));
    }
}
