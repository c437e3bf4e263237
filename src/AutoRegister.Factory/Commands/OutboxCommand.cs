using System.CommandLine;
using System.Globalization;
using AutoRegister.Factory.Base;
using AutoRegister.Factory.Ledger;

namespace AutoRegister.Factory.Commands;

/// <summary><c>lmp-factory outbox</c>: what others have not taken yet, or have refused.</summary>
internal static class OutboxCommand
{
    /// <summary>The command.</summary>
    public static Command Command() => new("outbox", "list what Foundries.io or the deny list's receiver has not taken, and send again what they refused; works while the server runs")
    {
        List(), Retry(),
    };

    private static Command List()
    {
        const long Most = 10_000;
        var command = new Command("list", "prints what was refused, then what waits");
        var ledger = LedgerOptions.AddTo(command);
        var json = new Option<bool>("--json") { Description = "as JSON", Arity = ArgumentArity.Zero };
        command.Options.Add(json);
        return command.Does(parsed =>
        {
            Table.Print<OutboxMessage>(
                ledger.Read(parsed, session => (List<OutboxMessage>)[.. Outbox.In(session, "refused", Most), .. Outbox.In(session, "waiting", Most)]),
                parsed.GetValue(json), "nothing waits, nothing was refused",
                ["NUMBER", "TOPIC", "UUID", "STATE", "CREATED", "ATTEMPTS", "NEXT", "ANSWER"],
                m =>
                [
                    m.Number.ToString(CultureInfo.InvariantCulture), m.Topic, m.Uuid, m.State, Table.Time(m.Created, ""), m.Attempts.ToString(CultureInfo.InvariantCulture),
                    m.State == "waiting" ? Table.Time(m.NextAttempt, "") : "-", m.Answer ?? "-",
                ]);
            return ExitCode.Success;
        });
    }

    private static Command Retry()
    {
        var command = new Command("retry", "has a refused message sent again, once its reason is gone");
        var number = new Argument<long?>("NUMBER") { Description = "the message, as 'outbox list' numbers it", Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(number);
        var all = new Option<bool>("--all") { Description = "all refused messages", Arity = ArgumentArity.Zero };
        command.Options.Add(all);
        var ledger = LedgerOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(number) is null != result.GetValue(all))
            {
                result.AddError("a message's number or --all must be given");
            }
        });
        return command.Does(parsed =>
        {
            int again = ledger.Write(parsed, session => Outbox.Retry(session, parsed.GetValue(number), CommandExtensions.Operator, DateTimeOffset.UtcNow));
            if (again == 0)
            {
                throw new ExitException(ExitCode.NoInput, "no such message was refused: see 'outbox list'");
            }

            Console.WriteLine($"{again} will be sent again");
            return ExitCode.Success;
        });
    }
}
