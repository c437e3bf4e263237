using System.Diagnostics.CodeAnalysis;
using AutoRegister.Factory.Admin;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>The outbox and what the screen and the metrics ask, whatever database the ledger is in.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls IAsyncLifetime.DisposeAsync.")]
public abstract class OutboxLedgerTests : IAsyncLifetime
{
    private const string Topic = "topic";

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    private readonly ManualClock clock = new();
    private readonly LedgerReader reader;
    private readonly LedgerWriter writer;

    protected OutboxLedgerTests(LedgerSource source)
    {
        LedgerDatabase database = source.New();
        database.Migrate();
        reader = new LedgerReader(database);
        writer = new LedgerWriter(database);
    }

    [Fact]
    public async Task A_message_is_one_takers_until_its_lease_ends()
    {
        DateTimeOffset now = clock.GetUtcNow();
        await EnterAsync("a");
        await EnterAsync("b");
        Assert.True(reader.Read(session => Outbox.IsDue(session, Topic, now)));
        OutboxMessage taken = Assert.Single(await TakeAsync(1, now));
        Assert.Equal(("a", 1), (taken.Uuid, taken.Attempts));
        Assert.Equal("b", Assert.Single(await TakeAsync(10, now)).Uuid);
        Assert.Empty(await TakeAsync(10, now + Lease - TimeSpan.FromSeconds(1)));
        Assert.All(await TakeAsync(10, now + Lease), message => Assert.Equal(2, message.Attempts));
    }

    [Fact]
    public async Task What_is_sent_refused_put_off_or_to_be_sent_again_is_so()
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach (string? uuid in new[] { "sent", "refused", "later" })
        {
            await EnterAsync(uuid);
        }

        var taken = (await TakeAsync(10, now)).ToDictionary(message => message.Uuid, message => message.Number);
        await writer.DoAsync(session => Outbox.Sent(session, taken["sent"], "HTTP 201"));
        await writer.DoAsync(session => Outbox.Refused(session, taken["refused"], "HTTP 409"));
        await writer.DoAsync(session => Outbox.PutOff(session, taken["later"], "HTTP 500", now + TimeSpan.FromHours(1)));
        Assert.Equal("HTTP 409", Assert.Single(reader.Read(session => Outbox.In(session, "refused", 10))).Answer);
        Assert.Empty(await TakeAsync(10, now + TimeSpan.FromMinutes(59)));

        Assert.Equal(0, await writer.DoAsync(session => Outbox.Retry(session, taken["sent"], "somebody", now)));
        Assert.Equal(1, await writer.DoAsync(session => Outbox.Retry(session, null, "somebody", now)));
        Assert.Equal("refused", Assert.Single(await TakeAsync(10, now)).Uuid);
        Assert.Equal("retry outbox", Assert.Single(reader.Read(session => AuditTrail.Read(session, 0, 10))).Action);
    }

    [Fact]
    public async Task The_screen_and_the_gauges_read_an_empty_ledger_and_one_with_messages()
    {
        using var line = new LineReader(reader, clock, _ => Task.FromResult<string?>(null), () => []);
        using var gauges = new FactoryGauges(reader, clock, _ => Task.FromResult<string?>(null), () => []);
        await gauges.UpdateAsync(CancellationToken.None);
        Assert.Equal(0, (await line.ReadAsync(CancellationToken.None)).Waiting);
        await EnterAsync("a");
        line.Forget();
        Assert.Equal(1, (await line.ReadAsync(CancellationToken.None)).Waiting);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        reader.Dispose();
        await writer.DisposeAsync();
    }

    private Task<bool> EnterAsync(string uuid) => writer.DoAsync(session =>
    {
        Outbox.Enter(session, Topic, uuid, "{}", clock.GetUtcNow());
        return true;
    });

    private Task<List<OutboxMessage>> TakeAsync(long most, DateTimeOffset now) => writer.DoAsync(session => Outbox.Take(session, Topic, most, now, now + Lease));
}

/// <summary>In a file of SQLite.</summary>
public sealed class SqliteOutboxTests(SqliteSource source) : OutboxLedgerTests(source), IClassFixture<SqliteSource>;

/// <summary>In PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresOutboxTests(PostgresSource source) : OutboxLedgerTests(source);
