using AutoRegister.Factory.Ledger;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AutoRegister.Factory.Tests;

public sealed class LedgerWriterTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lmp-factory-");

    [Fact]
    public async Task Work_that_fails_harms_none_of_the_work_that_is_committed_with_it()
    {
        var path = Path.Combine(directory.FullName, LedgerFile.Name);
        var connection = LedgerFile.Open(path);
        await using (var writer = new LedgerWriter(connection))
        {
            using var insert = new Statement(
                connection,
                "INSERT INTO device_codes (device_code_sha256, user_code, uuid, state, expires, interval_seconds) VALUES ($1, $2, 'u', 'pending', 0, 0)");
            using var gate = new ManualResetEventSlim();
            var first = writer.DoAsync(() => gate.Wait(TimeSpan.FromSeconds(30)));
            var good = Enumerable.Range(0, 10).Select(i => writer.DoAsync(() => insert.Run($"code {i}", $"user {i}"))).ToList();
            var duplicate = writer.DoAsync(() => insert.Run("code 0", "user other"));
            var throws = writer.DoAsync<int>(() => throw new InvalidOperationException("mine"));
            gate.Set();

            Assert.True(await first);
            Assert.All(await Task.WhenAll(good), rows => Assert.Equal(1, rows));
            await Assert.ThrowsAsync<SqliteException>(() => duplicate);
            await Assert.ThrowsAsync<InvalidOperationException>(() => throws);
        }

        using var reading = LedgerFile.OpenForReading(path);
        using var count = new Statement(reading, "SELECT count(*) FROM device_codes");
        Assert.Equal("10", count.First(row => row.GetString(0)));
    }

    public void Dispose() => directory.Delete(recursive: true);
}
