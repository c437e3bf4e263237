using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>Claims, what becomes of them, and the successors of a certificate, whatever database the ledger is in.</summary>
public abstract class CertificateLedgerTests(LedgerSource source) : LedgerSuite(source)
{
    [Fact]
    public async Task A_claim_that_was_not_signed_is_the_next_requests_too()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        RegisteredDevice again = await RegisterAsync(Claim("a"));
        Assert.Equal(first.Claim.Serial, again.Claim.Serial);
        Assert.Equal(await Claims.FinishAsync(first.Claim), await Claims.FinishAsync(again.Claim));
    }

    [Fact]
    public async Task Of_several_successors_the_one_that_was_seen_is_good_whatever_the_clocks_say()
    {
        RegisteredDevice registered = await RegisterAsync(Claim("a"));
        var shown = new Renewal(Uuid("a"), null, registered.Claim.Serial, (await Claims.FinishAsync(registered.Claim))!, "key a", "first");
        Clock.Now -= TimeSpan.FromDays(1);
        await RenewAsync(shown);
        Renewal second = await RenewAsync(shown with { NewPublicKeySha256 = "second" });
        Assert.Equal(["first", "key a", "second"], GoodKeys());

        await RenewAsync(second with { NewPublicKeySha256 = "third" });
        Assert.Equal(["second", "third"], GoodKeys());
        Assert.Equal(RefusalKind.Forbidden, (await Assert.ThrowsAsync<RefusedException>(() => RenewAsync(shown with { NewPublicKeySha256 = "fourth" }))).Refusal.Kind);
        Assert.Equal(["second", "third"], GoodKeys());
    }

    [Fact]
    public async Task A_device_that_shows_no_successor_gets_some_at_once_and_then_one_an_hour()
    {
        RegisteredDevice registered = await RegisterAsync(Claim("a"));
        var shown = new Renewal(Uuid("a"), null, registered.Claim.Serial, await Claims.FinishAsync(registered.Claim), "key a", "first");
        Renewal[] lost = [await RenewAsync(shown), await RenewAsync(shown with { NewPublicKeySha256 = "second" }), await RenewAsync(shown with { NewPublicKeySha256 = "third" })];
        Assert.Equal(MostUnconfirmed, lost.Length);

        Refusal early = (await Assert.ThrowsAsync<RefusedException>(() => RenewAsync(shown with { NewPublicKeySha256 = "fourth" }))).Refusal;
        Assert.Equal((RefusalKind.TooMany, TimeSpan.FromHours(1)), (early.Kind, early.RetryAfter));
        // What was issued is still to be had, and the certificate in use is good.
        Assert.Equal(lost[2].Serial, (await RenewAsync(shown with { NewPublicKeySha256 = "third" })).Serial);
        Assert.Equal(["first", "key a", "second", "third"], GoodKeys());

        Clock.Now += TimeSpan.FromHours(1);
        await RenewAsync(shown with { NewPublicKeySha256 = "fourth" });
        Assert.Equal(["fourth", "key a", "second", "third"], GoodKeys());
        Assert.Equal(RefusalKind.TooMany, (await Assert.ThrowsAsync<RefusedException>(() => RenewAsync(shown with { NewPublicKeySha256 = "fifth" }))).Refusal.Kind);

        // One that it shows ends all of it.
        await RenewAsync(lost[2] with { NewPublicKeySha256 = "next" });
        Assert.Equal(["fourth", "next", "third"], GoodKeys());
    }

    [Fact]
    public async Task A_renewal_whose_server_died_over_it_is_finished_and_the_device_renews_again()
    {
        RegisteredDevice registered = await RegisterAsync(Claim("a"));
        var shown = new Renewal(Uuid("a"), null, registered.Claim.Serial, await Claims.FinishAsync(registered.Claim), "key a", "lost");
        await ClaimAsync(shown);
        Assert.Equal(1, Count("certificates WHERE state = 'claimed'"));
        Assert.Equal(1, await new CertificateClaims(Writer, Reader, Clock, _ => ValueTask.FromResult<string?>("of the next start")).FinishAllAsync(CancellationToken.None));
        Renewal next = await RenewAsync(shown with { NewPublicKeySha256 = "next" });
        Assert.Equal("of the next start", (await RenewAsync(shown with { NewPublicKeySha256 = "lost" })).Certificate);
        await RenewAsync(next with { NewPublicKeySha256 = "after it" });
        Assert.Equal(["after it", "next"], GoodKeys());
    }

    [Fact]
    public async Task Every_claim_is_finished_once_whoever_finishes_it()
    {
        CertificateClaim[] left = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await RegisterAsync(Claim($"{i}"))).Claim));
        await Claims.FinishAsync(left[0]);
        var other = new CertificateClaims(Writer, Reader, Clock, _ => ValueTask.FromResult<string?>("another signature"));
        Assert.Equal(2, await other.FinishAllAsync(CancellationToken.None));
        Assert.Equal("another signature", await Claims.FinishAsync(left[1]));
        Assert.Equal($"certificate {left[0].ToBeSigned[0]}", await other.FinishAsync(left[0]));
        Assert.Equal(0, Count("certificates WHERE state = 'claimed'"));
    }

    [Fact]
    public async Task A_claim_of_a_device_CA_that_is_gone_is_void_and_the_device_gets_another()
    {
        RegisteredDevice first = await RegisterAsync(Claim("a"));
        var without = new CertificateClaims(Writer, Reader, Clock, _ => ValueTask.FromResult<string?>(null));
        await without.FinishAllAsync(CancellationToken.None);
        await Assert.ThrowsAsync<RefusedException>(() => Claims.FinishAsync(first.Claim));
        RegisteredDevice second = await RegisterAsync(Claim("a"));
        Assert.NotEqual(first.Claim.Serial, second.Claim.Serial);
        Assert.NotNull(await Claims.FinishAsync(second.Claim));
    }
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteCertificateTests(SqliteSource source) : CertificateLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresCertificateTests(PostgresSource source) : CertificateLedgerTests(source);
