using System.Data.Common;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Policy;

/// <summary>A device on the allow-list: how it is recognised, and what it becomes. What is null is as the device or its station says.</summary>
internal sealed record ExpectedDevice
{
    private const string Columns = "number, uuid, serial_number, key_sha256, name, device_group, tags, production, registered_as";

    /// <summary>Its number in the list's table; 0 for one that is not in it yet.</summary>
    public long Number { get; init; }

    /// <summary>Its UUID, in lower case.</summary>
    public string? Uuid { get; init; }

    /// <summary>Its board's serial number: the name that its request gives.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>SHA-256 of its public key's SubjectPublicKeyInfo, in lower-case hex.</summary>
    public string? PublicKeySha256 { get; init; }

    /// <summary>The name it gets.</summary>
    public string? Name { get; init; }

    /// <summary>The group it gets.</summary>
    public string? Group { get; init; }

    /// <summary>The tags it gets.</summary>
    public string? Tags { get; init; }

    /// <summary>Whether it is a production device.</summary>
    public bool? Production { get; init; }

    /// <summary>The UUID of the device that was registered by this row.</summary>
    public string? RegisteredAs { get; init; }

    /// <summary>Finds the row of a device, by its UUID before its serial number.</summary>
    public static ExpectedDevice? Find(LedgerSession session, DeviceClaim claim) => session.First(
        $"SELECT {Columns} FROM expected_devices WHERE uuid = $1 OR serial_number = $2 ORDER BY uuid IS NULL LIMIT 1", Read, claim.Uuid, claim.Name);

    /// <summary>Finds a row that this one must not stand beside: with the same UUID, serial number or key.</summary>
    public static ExpectedDevice? FindSame(LedgerSession session, ExpectedDevice row) => session.First(
        $"SELECT {Columns} FROM expected_devices WHERE uuid = $1 OR serial_number = $2 OR key_sha256 = $3 LIMIT 1",
        Read, row.Uuid, row.SerialNumber, row.PublicKeySha256);

    /// <summary>Enters the row.</summary>
    public void Insert(LedgerSession session, long number, DateTimeOffset now) => session.Run(
        """
        INSERT INTO expected_devices (number, uuid, serial_number, key_sha256, name, device_group, tags, production, imported)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        number, Uuid, SerialNumber, PublicKeySha256, Name, Group, Tags, Production, now.ToUnixTimeMilliseconds());

    /// <summary>Marks the row as used, so that a serial number lets one device in.</summary>
    public void Use(LedgerSession session, string uuid) =>
        session.Run("UPDATE expected_devices SET registered_as = $2 WHERE number = $1", Number, uuid);

    /// <summary>Why the device is not the one that is expected; null when it is.</summary>
    public Refusal? ComplaintAbout(DeviceClaim claim) => this switch
    {
        { Uuid: { } uuid } when uuid != claim.Uuid => Refusal.Forbidden($"The serial number {SerialNumber} is expected with another uuid"),
        { SerialNumber: { } serial } when serial != claim.Name => Refusal.Forbidden($"The device {claim.Uuid} is expected under another serial number"),
        { PublicKeySha256: { } key } when key != claim.PublicKeySha256 => Refusal.Forbidden($"The device {claim.Uuid} is expected with another key"),
        { RegisteredAs: { } other } when other != claim.Uuid => Refusal.Conflict($"The serial number {SerialNumber} was registered as {other}"),
        _ => null,
    };

    /// <summary>What the device becomes; what the list says, its request can't say otherwise.</summary>
    public RegistrationTerms Over(RegistrationTerms asked) =>
        new(Name ?? asked.Name, Group ?? asked.Group, Tags ?? asked.Tags, Production ?? asked.Production);

    private static ExpectedDevice Read(DbDataReader row) => new()
    {
        Number = row.GetInt64(0),
        Uuid = row.TextOrNull(1),
        SerialNumber = row.TextOrNull(2),
        PublicKeySha256 = row.TextOrNull(3),
        Name = row.TextOrNull(4),
        Group = row.TextOrNull(5),
        Tags = row.TextOrNull(6),
        Production = row.IsDBNull(7) ? null : row.GetBoolean(7),
        RegisteredAs = row.TextOrNull(8),
    };
}
