using System.Diagnostics.CodeAnalysis;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;
using AutoRegister.Factory.Tests.Support;
using Xunit;

namespace AutoRegister.Factory.Tests.Ledger;

/// <summary>A new ledger for each test, and the steps that many of them take.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls IAsyncLifetime.DisposeAsync.")]
public abstract class LedgerSuite : IAsyncLifetime
{
    private protected static readonly Applicant Station = new() { Actor = "station line-1", Station = "line-1", Address = "192.0.2.1" };

    private protected const int MostUnconfirmed = 3;

    private int drafts;

    private protected LedgerSuite(LedgerSource source)
    {
        Database = source.New();
        Database.Migrate();
        Reader = new LedgerReader(Database);
        Writer = new LedgerWriter(Database);
        Refusals = new RefusalAudit(Writer, Clock);
        Devices = new DeviceRegistry(Writer, Refusals, Clock);
        Claims = new CertificateClaims(Writer, Reader, Clock, draft => ValueTask.FromResult<string?>($"certificate {draft[0]}"));
    }

    private protected ManualClock Clock { get; } = new();

    private protected LedgerDatabase Database { get; }

    private protected LedgerReader Reader { get; }

    private protected LedgerWriter Writer { get; }

    private protected RefusalAudit Refusals { get; }

    private protected DeviceRegistry Devices { get; }

    private protected CertificateClaims Claims { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Writer.DisposeAsync();
        Reader.Dispose();
        (Database as IDisposable)?.Dispose();
    }

    private protected static DeviceClaim Claim(string name) => new()
    {
        Uuid = Uuid(name), Name = $"name {name}", Group = null, HardwareId = "intel-corei7-64", Tags = null, Production = false, PublicKeySha256 = $"key {name}",
    };

    private protected static string Uuid(string name) => $"uuid-{name}";

    private protected long Count(string from) => Reader.Read(session => session.Number($"SELECT count(*) FROM {from}"));

    private protected Task<RegisteredDevice> RegisterAsync(DeviceClaim claim, IAdmissionPolicy? policy = null) => Devices.RegisterAsync(
        claim, Station, policy ?? new OpenPolicy(), _ =>
        {
            int number = Interlocked.Increment(ref drafts);
            return (new CertificateDraft($"{number:X4}", [(byte)number], Clock.GetUtcNow().AddYears(1)), $"# {number}");
        });

    // The next certificate, as its device shows it later.
    private protected async Task<Renewal> RenewAsync(Renewal renewal)
    {
        CertificateClaim claim = await ClaimAsync(renewal);
        return renewal with { Serial = claim.Serial, Certificate = await Claims.FinishAsync(claim), PublicKeySha256 = renewal.NewPublicKeySha256 };
    }

    // Its claim, with which a server may die.
    private protected async Task<CertificateClaim> ClaimAsync(Renewal renewal)
    {
        int number = Interlocked.Increment(ref drafts);
        (CertificateClaim claim, string? _) = await new DeviceRenewals(Writer, Refusals, new UnconfirmedSuccessors(MostUnconfirmed), Clock).RenewAsync(
            renewal, () => new CertificateDraft($"{number:X4}", [(byte)number], Clock.GetUtcNow().AddYears(1)));
        return claim;
    }

    private protected List<string> GoodKeys() => Reader.Read(session => session.All("SELECT sha256 FROM keys WHERE retired IS NULL ORDER BY sha256", row => row.GetString(0)));

    private protected async Task<Refusal> RefusedAsync(DeviceClaim claim, IAdmissionPolicy? policy = null) =>
        (await Assert.ThrowsAsync<RefusedException>(() => RegisterAsync(claim, policy))).Refusal;
}
