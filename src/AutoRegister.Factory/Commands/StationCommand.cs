using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoRegister.Core.Files;
using AutoRegister.Core.Keys;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory station</c>: who may register devices.</summary>
internal static class StationCommand
{
    /// <summary>The command.</summary>
    public static Command Command() => new("station", "add, list and revoke the stations that may register devices; works while the server runs")
    {
        Add(), List(), Revoke(),
    };

    private static Command Add()
    {
        var command = new Command("add", "enters a station and writes its token into a file, or takes its client certificate");
        Argument<string> name = command.AddArgument("NAME", "its name, as audit and devices will tell it");
        Option<string?> tokenFile = command.AddOption<string?>("--token-file", "FILE", "a file to make, mode 0600, with the token: it is nowhere else");
        Option<string?> certificate = command.AddOption<string?>("--certificate", "FILE", "its client certificate, PEM, instead of a token");
        Option<string?> groups = command.AddOption<string?>("--groups", "LIST", "the groups it may put devices into (default: any)");
        Option<string?> tags = command.AddOption<string?>("--tags", "LIST", "the tags it may give devices (default: any)");
        Option<string?> addresses = command.AddOption<string?>("--addresses", "LIST", "addresses and ranges it may come from (default: any)");
        Option<long?> limit = command.AddOption<long?>("--devices", "N", "how many devices it may register (default: any number)");
        Option<DateTimeOffset?> from = command.AddOption<DateTimeOffset?>("--from", "TIME", "when its rights begin, such as 2027-01-31T06:00Z");
        Option<DateTimeOffset?> until = command.AddOption<DateTimeOffset?>("--until", "TIME", "when they end");
        var production = new Option<bool>("--production") { Description = "it may register production devices", Arity = ArgumentArity.Zero };
        command.Options.Add(production);
        var gateway = new Option<bool>("--gateway") { Description = "it is the device gateway: it reads the deny list, reports whom it saw, and registers nobody", Arity = ArgumentArity.Zero };
        command.Options.Add(gateway);
        var ledger = LedgerOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(tokenFile) is null == result.GetResult(certificate) is null)
            {
                result.AddError("--token-file or --certificate must be given");
            }
        });
        return command.Does(parsed =>
        {
            var station = new Station
            {
                Name = CheckName(parsed.GetValue(name)!),
                Groups = Split(parsed.GetValue(groups)),
                Tags = Split(parsed.GetValue(tags)),
                Production = parsed.GetValue(production),
                Gateway = parsed.GetValue(gateway),
                Addresses = Split(parsed.GetValue(addresses)),
                DeviceLimit = parsed.GetValue(limit),
                NotBefore = parsed.GetValue(from),
                NotAfter = parsed.GetValue(until),
            };
            _ = AddressRanges.Parse(station.Addresses ?? [], "--addresses");
            string? token = parsed.GetValue(tokenFile) is { } path ? MakeToken(path) : null;
            string? key = parsed.GetValue(certificate) is { } file ? KeyOf(file) : null;
            DateTimeOffset now = DateTimeOffset.UtcNow;
            ledger.Write(parsed, session =>
            {
                StationRegistry.Add(session, station, token, key, now);
                AuditTrail.Append(session, now, new AuditEntry(CommandExtensions.Operator, "add station") { Reason = station.Name });
                return true;
            });
            return ExitCode.Success;
        });
    }

    private static Command List()
    {
        var command = new Command("list", "prints the stations; tokens are nowhere to be printed from");
        var ledger = LedgerOptions.AddTo(command);
        var json = new Option<bool>("--json") { Description = "as JSON", Arity = ArgumentArity.Zero };
        command.Options.Add(json);
        return command.Does(parsed =>
        {
            Table.Print(
                ledger.Read(parsed, StationRegistry.All), parsed.GetValue(json), "no stations",
                ["NAME", "GROUPS", "TAGS", "PROD", "ADDRESSES", "DEVICES", "OF", "FROM", "UNTIL", "REVOKED"],
                s =>
                [
                    s.Name, Joined(s.Groups), Joined(s.Tags), Table.Word(s.Production), Joined(s.Addresses), s.Devices.ToString(CultureInfo.InvariantCulture),
                    s.DeviceLimit?.ToString(CultureInfo.InvariantCulture) ?? "any", Table.Time(s.NotBefore, "-"), Table.Time(s.NotAfter, "-"), Table.Time(s.Revoked, "-"),
                ]);
            return ExitCode.Success;
        });
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "takes a station's rights away, at once; its devices stay");
        Argument<string> name = command.AddArgument("NAME", "the station");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed =>
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            return ledger.Write(parsed, session =>
            {
                bool revoked = StationRegistry.Revoke(session, parsed.GetValue(name)!, now);
                if (revoked)
                {
                    AuditTrail.Append(session, now, new AuditEntry(CommandExtensions.Operator, "revoke station") { Reason = parsed.GetValue(name) });
                }

                return revoked;
            })
                ? ExitCode.Success
                : throw new ExitException(ExitCode.NoInput, $"there is no station '{parsed.GetValue(name)}' with rights");
        });
    }

    private static string CheckName(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        ? name
        : throw new ExitException(ExitCode.Usage, "a station's name must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'");

    // The file first: a token that is in the ledger and nowhere else would be of no use to anybody.
    private static string MakeToken(string path)
    {
        if (File.Exists(path))
        {
            throw new ExitException(ExitCode.Configuration, $"{path} is there already: name a new file, or remove it");
        }

        string token = StationRegistry.NewToken();
        AtomicFile.Write(Path.GetFullPath(path), System.Text.Encoding.ASCII.GetBytes(token + "\n"), AtomicFile.OwnerOnly);
        return token;
    }

    private static string KeyOf(string path)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(SmallFile.ReadText(path));
            return PublicKeyHash.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException e)
        {
            throw new ExitException(ExitCode.Configuration, $"{path} holds no certificate as PEM: {e.Message}");
        }
    }

    private static string[]? Split(string? list) => list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Joined(IReadOnlyList<string>? list) => list is null ? "any" : string.Join(",", list);
}
