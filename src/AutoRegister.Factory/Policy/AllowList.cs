using System.Globalization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using CsvHelper;
using CsvHelper.Configuration;

namespace AutoRegister.Factory.Policy;

/// <summary>The list of devices that a factory expects: CSV with a header, as a board maker's system exports it.</summary>
internal static class AllowList
{
    private static readonly string[] Columns = ["uuid", "serial", "key", "name", "group", "tags", "production"];

    /// <summary>Reads a list.</summary>
    /// <exception cref="ExitException">It can't be read; the line and what is wrong with it are named.</exception>
    public static IReadOnlyList<ExpectedDevice> Read(string path)
    {
        try
        {
            using var text = new StreamReader(path);
            using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                TrimOptions = TrimOptions.Trim,
                PrepareHeaderForMatch = header => header.Header.ToLowerInvariant(),
                MissingFieldFound = null,
            });
            if (!csv.Read() || !csv.ReadHeader())
            {
                throw new ExitException(ExitCode.Configuration, $"{path} is empty: its first line must name its columns, of {string.Join(", ", Columns)}");
            }

            CheckHeader(path, csv.HeaderRecord!);
            var rows = new List<ExpectedDevice>();
            while (csv.Read())
            {
                rows.Add(ReadRow(path, csv));
            }

            return rows;
        }
        catch (CsvHelperException e)
        {
            throw new ExitException(ExitCode.Configuration, $"{path}, line {e.Context?.Parser?.RawRow}: is no CSV that can be read");
        }
        catch (FileNotFoundException)
        {
            throw new ExitException(ExitCode.NoInput, $"{path} does not exist");
        }
    }

    /// <summary>Enters the rows. One that is there already, in every column, is left; one that says something else is an error.</summary>
    /// <returns>How many are new.</returns>
    public static int Import(LedgerSession session, string path, IReadOnlyList<ExpectedDevice> rows, string person, DateTimeOffset now)
    {
        long number = session.Number("SELECT coalesce(max(number), 0) FROM expected_devices");
        int added = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            ExpectedDevice row = rows[i];
            if (ExpectedDevice.FindSame(session, row) is { } known)
            {
                if (known with { Number = 0, RegisteredAs = null } != row)
                {
                    throw new ExitException(
                        ExitCode.Configuration, $"{path}, device {i + 1} ({row.Uuid ?? row.SerialNumber}): its uuid, serial or key is on the allow-list already, with other values");
                }

                continue;
            }

            row.Insert(session, ++number, now);
            added++;
        }

        AuditTrail.Append(session, now, new AuditEntry(person, "import allow-list") { Reason = $"{added} devices" });
        return added;
    }

    private static void CheckHeader(string path, string[] header)
    {
        var names = header.Select(name => name.Trim().ToLowerInvariant()).ToList();
        if (names.Find(name => !Columns.Contains(name)) is { } other)
        {
            throw new ExitException(ExitCode.Configuration, $"{path}: the column '{FieldRules.Quote(other)}' is none of {string.Join(", ", Columns)}");
        }

        if (!names.Contains("uuid") && !names.Contains("serial"))
        {
            throw new ExitException(ExitCode.Configuration, $"{path}: a column uuid or serial is missing, by which devices are known");
        }
    }

    private static ExpectedDevice ReadRow(string path, CsvReader csv)
    {
        string? Field(string column) => csv.TryGetField<string>(column, out string? value) && value is { Length: > 0 } ? value : null;
        ExitException Wrong(string what) => new(ExitCode.Configuration, $"{path}, line {csv.Parser.RawRow}: {what}");

        try
        {
            var row = new ExpectedDevice
            {
                Uuid = Field("uuid") is { } uuid ? FieldRules.Uuid(uuid).ToLowerInvariant() : null,
                SerialNumber = Field("serial") is { } serial ? FieldRules.Name(serial) : null,
                PublicKeySha256 = Field("key")?.ToLowerInvariant(),
                Name = Field("name") is { } name ? FieldRules.Name(name) : null,
                Group = Field("group") is { } group ? FieldRules.Group(group) : null,
                Tags = Field("tags") is { } tags ? FieldRules.Tags(tags) : null,
                Production = Field("production")?.ToLowerInvariant() switch
                {
                    null => null,
                    "true" or "yes" or "1" => true,
                    "false" or "no" or "0" => false,
                    _ => throw Wrong("production must be true or false"),
                },
            };
            return row switch
            {
                { Uuid: null, SerialNumber: null } => throw Wrong("neither uuid nor serial is given"),
                { PublicKeySha256: { } key } when key.Length != 64 || !key.All(char.IsAsciiHexDigit) =>
                    throw Wrong("key must be the SHA-256 of the public key (SubjectPublicKeyInfo), 64 hexadecimal digits"),
                _ => row,
            };
        }
        catch (RefusedException e)
        {
            throw Wrong(e.Message);
        }
    }
}
