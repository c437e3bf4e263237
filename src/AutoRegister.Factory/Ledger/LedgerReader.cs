using System.Collections.Concurrent;
using System.Data.Common;

namespace AutoRegister.Factory.Ledger;

/// <summary>Looks things up in the ledger beside the writer, on connections that can't write and are used again.</summary>
internal sealed class LedgerReader(LedgerDatabase database) : IDisposable
{
    private readonly ConcurrentBag<LedgerSession> idle = [];

    /// <summary>Reads what has been committed.</summary>
    /// <exception cref="DbException">The ledger can't be read.</exception>
    public T Read<T>(Func<LedgerSession, T> read)
    {
        if (!idle.TryTake(out LedgerSession? session))
        {
            session = LedgerSession.Open(database, readOnly: true);
        }

        try
        {
            T? result = read(session);
            idle.Add(session);
            return result;
        }
        catch
        {
            // Whether the connection is still good is not worth finding out.
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (idle.TryTake(out LedgerSession? session))
        {
            session.Dispose();
        }
    }
}
