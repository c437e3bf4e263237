using System.Globalization;
using CrashRig.Ptrace;

namespace CrashRig.Sweep;

/// <summary>Goes through the points, some at a time, each worker with a factory of its own so that its ledger can be counted.</summary>
internal sealed class PointSweep(SweepOptions options)
{
    private readonly Lock gate = new();
    private int next = options.From;
    private int last = options.To;
    private int tried;
    private int failures;

    /// <summary>Runs the sweep and prints its result.</summary>
    /// <returns>The number of failures.</returns>
    internal int Run()
    {
        Task[] workers = Enumerable.Range(0, options.Parallel).Select(number => Task.Run(() => Work(number))).ToArray();
        Task.WaitAll(workers);
        string kind = options.Module.Length > 0 ? "token" : "software key";
        string ending = options.FailSync ? "fsync fails" : options.Signal == Native.SignalKill ? "killed" : $"signal {options.Signal}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}, {ending}: {tried} points, {failures} failures"));
        return failures;
    }

    private void Work(int number)
    {
        using var factory = new LocalFactory(options.Factory, Path.Join(options.Work, $"factory-{number}"));
        int devices = factory.Devices().Count;
        while (Take() is int point)
        {
            using var device = new Device(Path.Join(options.Work, $"device-{point}"), factory.Token, options.Module);
            RigResult crashed = RunUntil(point, device, factory);
            if (!crashed.Reached)
            {
                End(point);
                devices = factory.Devices().Count;
                continue;
            }

            List<string> problems = options.FailSync ? FaultProblems(crashed, device) : [];
            ProcessRun rerun = options.FailSync
                ? ProcessRun.Run(Environment.ProcessPath!, ["run", .. Proof(device), "--", options.Shell, .. Arguments(device)], device.Environment(factory))
                : ProcessRun.Run(options.Shell, Arguments(device), device.Environment(factory));
            int before = devices;
            devices = factory.Devices().Count;
            problems.AddRange(new Aftermath(device, factory, options.Module).Problems(rerun, devices - before));
            problems.AddRange(options.FailSync ? NotDurable(device, "the next run said success") : []);
            Report(crashed, problems, device);
        }
    }

    /// <summary>The rig inherits its environment to what it traces, so it is a process of its own.</summary>
    private RigResult RunUntil(int point, Device device, LocalFactory factory)
    {
        string[] arguments =
        [
            "run", options.FailSync ? "--fail-at" : "--kill-at", point.ToString(CultureInfo.InvariantCulture),
            "--signal", options.Signal.ToString(CultureInfo.InvariantCulture), "--classes", options.NamesOnly ? "names" : "all",
            .. options.FailSync ? Proof(device) : ["--under", device.Sota, "--under", device.Tokens],
            "--points", Path.Join(device.Root, "points"), "--", options.Shell, .. Arguments(device),
        ];
        var run = ProcessRun.Run(Environment.ProcessPath!, arguments, device.Environment(factory));
        string[] points = File.Exists(Path.Join(device.Root, "points")) ? File.ReadAllLines(Path.Join(device.Root, "points")) : [];
        if (points.Length == 0)
        {
            throw new IOException($"The rig ended with exit code {run.ExitCode}: {run.Error}{run.Output}");
        }

        return new RigResult(points, points.Length >= point, run.ExitCode);
    }

    private static string[] Proof(Device device) => ["--under", Path.Join(device.Root, "var"), "--proof", Path.Join(device.Root, "proof")];

    /// <summary>A run that met a failed fsync says success and is right, or asks for another one.</summary>
    private static List<string> FaultProblems(RigResult run, Device device) => run.ExitCode switch
    {
        0 => [.. NotDurable(device, "the run said success")],
        75 => [],
        _ => [$"the run ended with exit code {run.ExitCode}"],
    };

    private static IEnumerable<string> NotDurable(Device device, string when) => File.ReadLines(Path.Join(device.Root, "proof.missing"))
        .Where(path => !path.Contains("/.registration", StringComparison.Ordinal))
        .Select(path => $"{when}, and {path} is not proven durable");

    private string[] Arguments(Device device) =>
        ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", options.Wrapper, "-Root", device.Root];

    private int? Take()
    {
        lock (gate)
        {
            int point = next;
            next += options.Every;
            return point <= last ? point : null;
        }
    }

    private void End(int point)
    {
        lock (gate)
        {
            last = Math.Min(last, point);
        }
    }

    private void Report(RigResult crashed, List<string> problems, Device device)
    {
        lock (gate)
        {
            tried++;
            if (problems.Count > 0)
            {
                failures++;
                string point = crashed.Points.Count > 0 ? crashed.Points[^1].Replace(device.Root, string.Empty, StringComparison.Ordinal) : "?";
                Console.WriteLine($"FAILED at {point}: {string.Join("; ", problems)}");
            }
        }
    }
}
