using System.CommandLine;
using System.Globalization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Policy;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory devices</c>: the devices of a ledger, those that are expected, and those that wait for a word.</summary>
internal static class DevicesCommand
{
    /// <summary>The command.</summary>
    public static Command Command() => new("devices", "list, import, accept, rekey and revoke devices; works while the server runs")
    {
        List(), Import(), Pending(), Decide("accept", "lets a device in that waits", accept: true), Decide("refuse", "does not let it in", accept: false),
        Rekey(), Revoke(), DenyListCommand.Command(), RevocationListCommand.Command(),
    };

    private static Command List()
    {
        var command = new Command("list", "prints the devices");
        var ledger = LedgerOptions.AddTo(command);
        Option<bool> json = Json(command);
        return command.Does(parsed =>
        {
            Table.Print(
                ledger.Read(parsed, DeviceListing.All), parsed.GetValue(json), "no devices",
                ["UUID", "NAME", "HARDWARE", "TAGS", "GROUP", "PROD", "STATION", "CREATED", "SENT", "LAST SEEN", "REVOKED"],
                d =>
                [
                    d.Uuid, d.Name, d.HardwareId, d.Tags ?? "-", d.Group ?? "-", Table.Word(d.Production), d.Station ?? "-", Table.Time(d.Created, ""),
                    d.Registrations.ToString(CultureInfo.InvariantCulture), Table.Time(d.LastSeen, "never"), Table.Time(d.Revoked, "-"),
                ]);
            return ExitCode.Success;
        });
    }

    private static Command Import()
    {
        var command = new Command("import", "puts the devices of a list on the allow-list: all of it, or nothing");
        Argument<string> file = command.AddArgument("FILE", "CSV with the columns uuid or serial, and optionally key, name, group, tags, production");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed =>
        {
            string path = parsed.GetValue(file)!;
            IReadOnlyList<ExpectedDevice> rows = AllowList.Read(path);
            ledger.Write(parsed, session => AllowList.Import(session, path, rows, CommandExtensions.Operator, DateTimeOffset.UtcNow));
            Console.WriteLine($"{rows.Count} devices are expected from {path}");
            return ExitCode.Success;
        });
    }

    private static Command Pending()
    {
        var command = new Command("pending", "prints the devices that wait for a person's word");
        var ledger = LedgerOptions.AddTo(command);
        Option<bool> json = Json(command);
        return command.Does(parsed =>
        {
            Table.Print(
                ledger.Read(parsed, PendingDevices.Waiting), parsed.GetValue(json), "no device waits",
                ["UUID", "KEY", "NAME", "HARDWARE", "GROUP", "PROD", "STATION", "ADDRESS", "ASKED"],
                d => [d.Uuid, d.PublicKeySha256, d.Name, d.HardwareId, d.Group ?? "-", Table.Word(d.Production), d.Station ?? "-", d.Address ?? "-", Table.Time(d.Asked, "")]);
            return ExitCode.Success;
        });
    }

    private static Command Decide(string name, string description, bool accept)
    {
        var command = new Command(name, description);
        Argument<string> uuid = command.AddArgument("UUID", "the device");
        Option<string?> key = command.AddOption<string?>("--key", "SHA256", "its public key, where several claim the UUID");
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed => ledger.Write(
            parsed, session => PendingDevices.Decide(session, Lower(parsed, uuid), parsed.GetValue(key), accept, CommandExtensions.Operator, DateTimeOffset.UtcNow))
            ? ExitCode.Success
            : throw new ExitException(
                ExitCode.NoInput, $"no device {parsed.GetValue(uuid)} waits, or several do with different keys: see 'devices pending', and name one with --key"));
    }

    private static Command Rekey()
    {
        var command = new Command("rekey", "opens a window in which a repaired board may register once with another key");
        Argument<string> uuid = command.AddArgument("UUID", "the device");
        var hours = new Option<int>("--hours") { HelpName = "N", Description = "how long the window is open", DefaultValueFactory = _ => 24 };
        command.Options.Add(hours);
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed =>
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            return ledger.Write(parsed, session => DeviceCare.OpenRekey(session, Lower(parsed, uuid), now.AddHours(parsed.GetValue(hours)), CommandExtensions.Operator, now))
                ? ExitCode.Success
                : throw NoDevice(parsed, uuid);
        });
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "takes a device's certificates back, for good");
        Argument<string> uuid = command.AddArgument("UUID", "the device");
        Option<string> reason = command.AddOption<string>("--reason", "TEXT", "why, for the audit and the deny list");
        reason.Required = true;
        var ledger = LedgerOptions.AddTo(command);
        return command.Does(parsed => ledger.Write(
            parsed, session => DeviceCare.Revoke(session, Lower(parsed, uuid), parsed.GetValue(reason)!, CommandExtensions.Operator, DateTimeOffset.UtcNow))
            ? ExitCode.Success
            : throw NoDevice(parsed, uuid));
    }

    private static Option<bool> Json(Command command)
    {
        var option = new Option<bool>("--json") { Description = "as JSON", Arity = ArgumentArity.Zero };
        command.Options.Add(option);
        return option;
    }

    private static string Lower(ParseResult parsed, Argument<string> uuid) => parsed.GetValue(uuid)!.ToLowerInvariant();

    private static ExitException NoDevice(ParseResult parsed, Argument<string> uuid) =>
        new(ExitCode.NoInput, $"the ledger has no device {parsed.GetValue(uuid)} that is not revoked");
}
