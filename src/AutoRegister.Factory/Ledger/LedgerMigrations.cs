using AutoRegister.Factory.Base;
using DbUp;
using DbUp.Builder;
using DbUp.Engine;

namespace AutoRegister.Factory.Ledger;

/// <summary>
/// Runs the numbered scripts beside this file that a ledger has not had yet, each in a transaction of its own. They are
/// written once for both databases, with the types of columns as variables.
/// </summary>
internal static class LedgerMigrations
{
    /// <summary>Brings a file of SQLite up to date.</summary>
    public static void RunOnSqlite(string connectionString) => Run(
        DeployChanges.To.SqliteDatabase(connectionString),
        new Dictionary<string, string> { ["int64"] = "INTEGER", ["flag"] = "INTEGER", ["bytes"] = "BLOB", ["strict"] = "STRICT" });

    /// <summary>Brings a PostgreSQL database up to date.</summary>
    public static void RunOnPostgres(string connectionString) => Run(
        DeployChanges.To.PostgresqlDatabase(connectionString),
        new Dictionary<string, string> { ["int64"] = "BIGINT", ["flag"] = "BOOLEAN", ["bytes"] = "BYTEA", ["strict"] = "" });

    private static void Run(UpgradeEngineBuilder builder, Dictionary<string, string> types)
    {
        UpgradeEngine engine = builder
            .WithScriptsEmbeddedInAssembly(typeof(LedgerMigrations).Assembly, name => name.EndsWith(".sql", StringComparison.Ordinal))
            .WithVariables(types)
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build();
        RefuseLater(engine.GetExecutedScripts(), [.. engine.GetDiscoveredScripts().Select(script => script.Name)]);
        DatabaseUpgradeResult result = engine.PerformUpgrade();
        if (!result.Successful)
        {
            throw new ExitException(
                ExitCode.OperatingSystem, $"the ledger's tables can't be brought up to date ({result.ErrorScript?.Name}): {result.Error.Message}");
        }
    }

    private static void RefuseLater(List<string> executed, HashSet<string> known)
    {
        if (executed.Find(name => !known.Contains(name)) is { } unknown)
        {
            throw new ExitException(
                ExitCode.Configuration, $"the ledger was written by a later version of lmp-factory ({unknown}): run that one");
        }
    }
}
