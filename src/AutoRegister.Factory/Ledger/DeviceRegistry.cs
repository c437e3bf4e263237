using AutoRegister.Factory.Base;
using Microsoft.Data.Sqlite;

namespace AutoRegister.Factory.Ledger;

/// <summary>The devices in the ledger.</summary>
internal sealed class DeviceRegistry(LedgerWriter writer, SqliteConnection connection, TimeProvider clock) : IDisposable
{
    private readonly Statement byUuid = new(
        connection, "SELECT uuid, name, public_key_sha256, csr_sha256, certificate FROM devices WHERE uuid = $1");

    private readonly Statement byName = new(connection, "SELECT uuid FROM devices WHERE name = $1");

    private readonly Statement insert = new(
        connection,
        """
        INSERT INTO devices (uuid, name, device_group, hardware_id, tags, production, public_key_sha256, csr_sha256, serial, certificate, created, registrations)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
        """);

    private readonly Statement countAgain = new(connection, "UPDATE devices SET registrations = registrations + 1 WHERE uuid = $1");

    private readonly Statement see = new(
        connection, "UPDATE devices SET last_seen = $3 WHERE uuid = $1 AND public_key_sha256 = $2 RETURNING name");

    /// <summary>
    /// Enters a device and returns its certificate: a new one from <paramref name="issue"/>, or the one it already has
    /// when this is the same request again. Throws <see cref="RefusedException"/> when its UUID or name is another's.
    /// </summary>
    public Task<string> RegisterAsync(DeviceClaim claim, Func<string> issue) =>
        writer.DoAsync(() => Register(claim, issue));

    /// <summary>Notes that a device was at the gateway; returns its name, or null when no such device has this key.</summary>
    public Task<string?> SeenAsync(string uuid, string publicKeySha256) =>
        writer.DoAsync(() => see.First(row => row.GetString(0), uuid, publicKeySha256, clock.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <inheritdoc/>
    public void Dispose()
    {
        byUuid.Dispose();
        byName.Dispose();
        insert.Dispose();
        countAgain.Dispose();
        see.Dispose();
    }

    private string Register(DeviceClaim claim, Func<string> issue)
    {
        var known = byUuid.First(
            row => (Uuid: row.GetString(0), Name: row.GetString(1), Key: row.GetString(2), Csr: row.GetString(3), Certificate: row.GetString(4)).ToTuple(),
            claim.Uuid);
        if (known is not null)
        {
            var (uuid, name, key, csr, certificate) = known;
            if ((uuid, name, key, csr) != (claim.Uuid, claim.Name, claim.PublicKeySha256, claim.CsrSha256))
            {
                throw RefusedException.Conflict($"A device with the uuid {claim.Uuid} exists");
            }

            countAgain.Run(uuid);
            return certificate;
        }

        if (byName.First(row => row.GetString(0), claim.Name) is not null)
        {
            throw RefusedException.Conflict($"A device with the name {claim.Name} exists");
        }

        var made = issue();
        insert.Run(
            claim.Uuid, claim.Name, claim.Group, claim.HardwareId, claim.Tags, claim.Production ? 1 : 0,
            claim.PublicKeySha256, claim.CsrSha256, claim.Serial, made, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return made;
    }
}
