using System.CommandLine;
using AutoRegister.Factory.Ledger;
using AutoRegister.Factory.Settings;

namespace AutoRegister.Factory.Commands;

/// <summary>The options by which a command finds the ledger: the configuration of a server, or the data directory of a factory for development.</summary>
internal sealed class LedgerOptions
{
    private readonly Option<string?> config = new("--config") { Description = "the configuration of the server whose ledger it is", HelpName = "FILE" };
    private readonly Option<string?> data = new("--data") { Description = "the data directory of 'lmp-factory dev'", HelpName = "DIR" };

    /// <summary>Gives a command these options.</summary>
    public static LedgerOptions AddTo(Command command)
    {
        var options = new LedgerOptions();
        command.Options.Add(options.config);
        command.Options.Add(options.data);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options.config) is null == result.GetResult(options.data) is null)
            {
                result.AddError("--config or --data must be given");
            }
        });
        return options;
    }

    /// <summary>Reads in the ledger.</summary>
    public T Read<T>(ParseResult parsed, Func<LedgerSession, T> read)
    {
        using var session = LedgerSession.Open(Find(parsed), readOnly: true);
        return read(session);
    }

    /// <summary>Changes the ledger in one transaction, beside a server that runs.</summary>
    public T Write<T>(ParseResult parsed, Func<LedgerSession, T> write)
    {
        LedgerDatabase database = Find(parsed);
        database.Migrate();
        using var session = LedgerSession.Open(database, readOnly: false);
        session.Run(database.Begin);
        T? result = write(session);
        session.Run("COMMIT");
        return result;
    }

    /// <summary>The ledger.</summary>
    public LedgerDatabase Find(ParseResult parsed) => parsed.GetValue(config) is { } file
        ? CheckedSettings.Read(file).Ledger
        : new SqliteLedger(Path.Combine(Path.GetFullPath(parsed.GetValue(data)!), SqliteLedger.FileName));
}
