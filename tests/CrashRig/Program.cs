using System.Globalization;
using CrashRig.Ptrace;

namespace CrashRig;

/// <summary>The command line: see <see cref="HelpText"/>.</summary>
internal static class Program
{
    private const string HelpText =
        """
        crash-rig: ends a program at one of the system calls by which it leaves something behind.

          crash-rig run [options] -- PROGRAM [ARGUMENTS]
            --count           only print the calls that count, numbered (the default)
            --kill-at N       send the signal at the entry of call N
            --fail-at N       fsync(2) number N fails with EIO and is not carried out; only these calls count
            --proof FILE      keep in FILE what is proven durable, over several runs; FILE.missing names what is not
            --signal N        the signal's number (default 9, SIGKILL: the call is not carried out)
            --classes C       all, or names: rename, link, unlink, mkdir, rmdir only (default all)
            --under DIR       files at or below DIR count; may be given several times
            --points FILE     write the calls to FILE instead of standard error
          Prints the calls. Exit code: the program's, or 128 and the signal that ended it.

          crash-rig sweep [options]
            runs a whole registration once for every such call; see 'crash-rig sweep --help'
        """;

    private static int Main(string[] args)
    {
        if (args is ["sweep", .. string[] rest])
        {
            return Sweep.SweepCommand.Run(rest);
        }

        if (args is not ["run", .. string[] given] || Parse(given) is not RigOptions options)
        {
            Console.Error.WriteLine(HelpText);
            return 64;
        }

        RigResult result = Tracer.Run(options);
        if (options.PointsFile.Length > 0)
        {
            File.WriteAllLines(options.PointsFile, result.Points);
        }
        else
        {
            result.Points.ToList().ForEach(Console.Error.WriteLine);
        }

        return result.ExitCode;
    }

    private static RigOptions? Parse(string[] given)
    {
        int end = Array.IndexOf(given, "--");
        if (end < 0 || end == given.Length - 1)
        {
            return null;
        }

        var options = new RigOptions { Command = given[(end + 1)..] };
        for (int i = 0; i < end; i++)
        {
            string name = given[i];
            if (name == "--count")
            {
                continue;
            }

            if (++i >= end)
            {
                return null;
            }

            string value = given[i];
            switch (name)
            {
                case "--kill-at":
                    options = options with { At = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--fail-at":
                    options = options with { At = int.Parse(value, CultureInfo.InvariantCulture), FailSync = true };
                    break;
                case "--proof":
                    options = options with { ProofFile = value };
                    break;
                case "--signal":
                    options = options with { Signal = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--classes" when value is "all" or "names":
                    options = options with { NamesOnly = value == "names" };
                    break;
                case "--under":
                    options = options with { Under = [.. options.Under, Path.GetFullPath(value)] };
                    break;
                case "--points":
                    options = options with { PointsFile = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
