using System.Data.Common;

namespace AutoRegister.Factory.Ledger;

/// <summary>Where the ledger is: a file of SQLite for one server, or PostgreSQL for several. The statements are the same for both.</summary>
internal abstract class LedgerDatabase
{
    /// <summary>Starts the one transaction that may write at a time, in all servers of this ledger: the audit's chain needs one order of decisions.</summary>
    public abstract string Begin { get; }

    /// <summary>Makes the tables, or brings those of an earlier version up to date.</summary>
    /// <exception cref="Base.ExitException">The ledger is of a later version, or none of ours.</exception>
    public abstract void Migrate();

    /// <summary>Opens a connection.</summary>
    /// <param name="readOnly">Whether nothing may be written over it.</param>
    public abstract DbConnection Connect(bool readOnly);

    /// <summary>Adds a parameter to a command whose SQL calls its parameters <c>$1</c>, <c>$2</c>, …</summary>
    public abstract void AddParameter(DbCommand command);
}
