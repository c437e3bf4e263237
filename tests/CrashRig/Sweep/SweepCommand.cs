using System.Globalization;

namespace CrashRig.Sweep;

/// <summary><c>crash-rig sweep</c>: one registration for every point at which it can be interrupted.</summary>
internal static class SweepCommand
{
    private const string HelpText =
        """
        crash-rig sweep --out DIR [options]
          For every system call by which a registration leaves something behind: a new device, a run that is ended there, a
          plain run, and a look at the device, its token, the gateway and the ledger.

          --out DIR        what the build made: host, module, factory
          --work DIR       where devices are made (default: a new directory below the temporary one)
          --module FILE    a PKCS#11 module, SoftHSM2's; without it the key is a file
          --classes C      all, or names: rename, link, unlink, mkdir, rmdir only (default all). While the power is on, a
                           program that is killed at an fsync leaves what one leaves that is killed at the next of these
          --every N        try every N-th point only (default 1)
          --from N --to N  the first and the last point
          --parallel N     devices at a time (default 2)
          --signal N       the signal's number (default 9)
          --fault fsync    instead: each fsync in turn fails with EIO. Afterwards either the run said success and everything is
                           proven durable, or it ended with 75; and so for the next run, which must end with success
        Exit codes: 0 no failures, 1 failures, 64 wrong command line.
        """;

    /// <summary>Runs the command.</summary>
    internal static int Run(string[] args)
    {
        if (Parse(args) is not SweepOptions options)
        {
            Console.Error.WriteLine(HelpText);
            return 64;
        }

        Directory.CreateDirectory(options.Work);
        try
        {
            return new PointSweep(options).Run() == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(options.Work, recursive: true);
        }
    }

    private static SweepOptions? Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !given.TryAdd(args[i], args[i + 1]))
            {
                return null;
            }
        }

        string? Take(string name) => given.Remove(name, out string? value) ? value : null;
        int Number(string name, int otherwise) => Take(name) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        if (Take("--fault") is var fault && fault is not (null or "fsync"))
        {
            return null;
        }

        if (Take("--out") is not string output || Take("--classes") is var classes && classes is not (null or "all" or "names"))
        {
            return null;
        }

        var options = new SweepOptions
        {
            Out = Path.GetFullPath(output),
            Work = Path.GetFullPath(Take("--work") ?? Path.Join(Path.GetTempPath(), $"crash-rig-{Environment.ProcessId}")),
            Module = Take("--module") ?? string.Empty,
            NamesOnly = classes == "names",
            FailSync = fault is not null,
            Every = Number("--every", 1),
            From = Number("--from", 1),
            To = Number("--to", int.MaxValue),
            Parallel = Number("--parallel", 2),
            Signal = Number("--signal", Ptrace.Native.SignalKill),
        };
        return given.Count == 0 ? options : null;
    }
}
