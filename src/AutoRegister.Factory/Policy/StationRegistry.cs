using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>The stations in the ledger. Their tokens are not: only digests of them.</summary>
internal sealed class StationRegistry(LedgerReader reader)
{
    private const string Columns =
        "name, device_groups, tags, production, addresses, device_limit, devices, not_before, not_after, revoked, gateway";

    /// <summary>A new token: 160 random bits, marked so that a scanner of source code or logs knows what it has found.</summary>
    public static string NewToken() => $"lmpst_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}";

    /// <summary>The station that has this token, whatever it may do; null when nobody has it.</summary>
    public Station? FindByToken(string token) => Find("token_sha256", Digest(token));

    /// <summary>The station whose client certificate has this key.</summary>
    /// <param name="publicKeySha256">SHA-256 of the SubjectPublicKeyInfo, in lower-case hex.</param>
    public Station? FindByCertificate(string publicKeySha256) => Find("certificate_sha256", publicKeySha256);

    /// <summary>A station by its name, as it is in this transaction.</summary>
    public static Station? FindByName(LedgerSession session, string name) =>
        session.First($"SELECT {Columns} FROM stations WHERE name = $1", Read, name);

    /// <summary>All stations by name.</summary>
    public static IReadOnlyList<Station> All(LedgerSession session) => session.All($"SELECT {Columns} FROM stations ORDER BY name", Read);

    /// <summary>Enters a station with the token or the client certificate it will show.</summary>
    /// <exception cref="ExitException">There is one of that name, or with that certificate.</exception>
    public static bool Add(LedgerSession session, Station station, string? token, string? certificateSha256, DateTimeOffset now)
    {
        if (FindByName(session, station.Name) is not null)
        {
            throw new ExitException(ExitCode.Configuration, $"there is a station '{station.Name}' already: stations keep their names for the audit's sake");
        }

        if (certificateSha256 is not null
            && session.First("SELECT name FROM stations WHERE certificate_sha256 = $1", row => row.GetString(0), certificateSha256) is { } other)
        {
            throw new ExitException(ExitCode.Configuration, $"that certificate is the station '{other}''s");
        }

        session.Run(
            """
            INSERT INTO stations (name, token_sha256, certificate_sha256, device_groups, tags, production, addresses, device_limit, not_before, not_after, created, gateway)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            station.Name, token is null ? null : Digest(token), certificateSha256, Joined(station.Groups), Joined(station.Tags), station.Production,
            Joined(station.Addresses), station.DeviceLimit, station.NotBefore?.ToUnixTimeMilliseconds(), station.NotAfter?.ToUnixTimeMilliseconds(),
            now.ToUnixTimeMilliseconds(), station.Gateway);
        return true;
    }

    /// <summary>Takes a station's rights away; false when there is no such station or it has none any more.</summary>
    public static bool Revoke(LedgerSession session, string name, DateTimeOffset now) =>
        session.Run("UPDATE stations SET revoked = $2 WHERE name = $1 AND revoked IS NULL", name, now.ToUnixTimeMilliseconds()) == 1;

    /// <summary>Counts a device that a station registers.</summary>
    public static void Count(LedgerSession session, string name) =>
        session.Run("UPDATE stations SET devices = devices + 1 WHERE name = $1", name);

    private Station? Find(string column, string value) =>
        reader.Read(session => session.First($"SELECT {Columns} FROM stations WHERE {column} = $1", Read, value));

    private static Station Read(DbDataReader row) => new()
    {
        Name = row.GetString(0),
        Groups = Split(row.TextOrNull(1)),
        Tags = Split(row.TextOrNull(2)),
        Production = row.GetBoolean(3),
        Addresses = Split(row.TextOrNull(4)),
        DeviceLimit = row.NumberOrNull(5),
        Devices = row.GetInt64(6),
        NotBefore = row.TimeOrNull(7),
        NotAfter = row.TimeOrNull(8),
        Revoked = row.TimeOrNull(9),
        Gateway = !row.IsDBNull(10) && row.GetBoolean(10),
    };

    private static string[]? Split(string? list) => list?.Split(',');

    private static string? Joined(IReadOnlyList<string>? list) => list is null ? null : string.Join(',', list);

    private static string Digest(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
