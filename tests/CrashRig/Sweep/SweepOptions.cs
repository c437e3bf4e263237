namespace CrashRig.Sweep;

/// <summary>What a sweep is about.</summary>
internal sealed record SweepOptions
{
    /// <summary>The folder with host, module and factory, as the build leaves it.</summary>
    public required string Out { get; init; }

    /// <summary>Where devices and factories are made; removed at the end.</summary>
    public required string Work { get; init; }

    /// <summary>The PKCS#11 module; empty for a software key.</summary>
    public string Module { get; init; } = string.Empty;

    /// <summary>Whether only calls count that change the names on a disk.</summary>
    public bool NamesOnly { get; init; }

    /// <summary>Every how many points one is tried.</summary>
    public int Every { get; init; } = 1;

    /// <summary>The first point.</summary>
    public int From { get; init; } = 1;

    /// <summary>The last point; a later end of the program ends the sweep earlier.</summary>
    public int To { get; init; } = int.MaxValue;

    /// <summary>How many devices are registered at a time, each with a factory of its own.</summary>
    public int Parallel { get; init; } = 2;

    /// <summary>Whether at each point an fsync fails, and no signal is sent.</summary>
    public bool FailSync { get; init; }

    /// <summary>The signal sent at each point.</summary>
    public int Signal { get; init; } = Ptrace.Native.SignalKill;

    /// <summary>The PowerShell that devices get.</summary>
    public string Shell => Path.Join(Out, "host", "pwsh");

    /// <summary>What the unit runs.</summary>
    public string Wrapper => Path.Join(Out, "module", "AutoRegister", "device", "lmp-device-auto-register.ps1");

    /// <summary>The local factory.</summary>
    public string Factory => Path.Join(Out, "factory", "lmp-factory");
}
