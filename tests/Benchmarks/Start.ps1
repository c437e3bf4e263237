<#
.SYNOPSIS
    What a whole registration costs beside the bare host, as ratios of medians measured in one run, and the most memory it takes.
.DESCRIPTION
    The kinds take turns, so that a noisy moment of the machine meets all of them. With lmp-pwsh, and with pwsh besides where there
    is one. Environment and command line are the unit's. Memory is measured in runs of its own: looking costs time.
#>
[CmdletBinding()]
param([int] $Round = 15)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, '..', 'support', 'DeviceRig.psm1'))

# One run: its time in milliseconds. What it needs is there before, and not part of it.
function Measure-Run([hashtable] $Kind, [string] $Path, [hashtable] $Factory, [scriptblock] $While) {
    $environment = @{ DOTNET_EnableDiagnostics = '0' }
    $argument = @('-NoLogo', '-NoProfile', '-NonInteractive')
    if ($Kind.Registers) {
        $hsm = if ($Kind.Hsm) { @{} } else { @{ Hsm = '' } }
        $device = New-RigDevice -Path $Path -Token $Factory.Token @hsm
        $environment = Get-RigEnvironment $device -Factory $Factory -Environment $environment
        $argument += @('-File', (Get-RigPath Wrapper), '-Root', $device.Root, '-RetryFor', '10m')
    }
    else {
        $argument += @('-Command', 'exit 0')
    }

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $result = Invoke-RigProcess $Kind.Shell $argument -Environment $environment -While $While
    $watch.Stop()
    if ($result.ExitCode -ne 0) {
        throw "A run failed: $($result.Error)"
    }

    $watch.Elapsed.TotalMilliseconds
}

# The most memory a run had in MiB (VmHWM, proc(5)), as last seen before its end.
function Measure-Memory([hashtable] $Kind, [string] $Path, [hashtable] $Factory) {
    $seen = @{ KiB = 0 }
    $look = {
        param($process)
        try {
            if ([System.IO.File]::ReadAllText("/proc/$($process.Id)/status") -match '(?m)^VmHWM:\s+(\d+) kB') {
                $seen.KiB = [Math]::Max($seen.KiB, [int] $Matches[1])
            }
        }
        catch [System.IO.IOException] {
            # It has just ended.
            $seen.Ended = $true
        }
    }.GetNewClosure()

    $null = Measure-Run -Kind $Kind -Path $Path -Factory $Factory -While $look
    $seen.KiB / 1024
}

function Get-Median([double[]] $Value) {
    $sorted = [double[]] $Value.Clone()
    [array]::Sort($sorted)
    $sorted[[int] [Math]::Floor($sorted.Length / 2)]
}

$shells = [ordered]@{ 'lmp-pwsh' = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'device', 'host', 'lmp-pwsh')) }
foreach ($folder in $env:PATH.Split(':')) {
    if ([System.IO.File]::Exists("$folder/pwsh")) {
        $shells['pwsh'] = "$folder/pwsh"
        break
    }
}

$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-bench-').FullName
$factory = Start-RigFactory -Path "$folder/factory"
try {
    $kinds = [ordered]@{}
    foreach ($name in $shells.Keys) {
        $kinds["${name}: -Command `"exit 0`""] = @{ Shell = $shells[$name]; Registers = $false; Bare = $true }
        $kinds["${name}: registration with a key file"] = @{ Shell = $shells[$name]; Registers = $true; Hsm = $false }
        $kinds["${name}: registration with SoftHSM2"] = @{ Shell = $shells[$name]; Registers = $true; Hsm = $true }
    }

    $times = @{}
    $memory = @{}
    $number = 0
    for ($n = 0; $n -le $Round; $n++) {
        foreach ($name in $kinds.Keys) {
            $number++
            $time = Measure-Run -Kind $kinds[$name] -Path "$folder/$number" -Factory $factory
            if ($n -eq 0) {
                # The first one reads the disk.
                $times[$name] = [System.Collections.Generic.List[double]]::new()
                $memory[$name] = [System.Collections.Generic.List[double]]::new()
                continue
            }

            $times[$name].Add($time)
        }
    }

    foreach ($name in $kinds.Keys) {
        for ($n = 0; $n -lt 3; $n++) {
            $number++
            $memory[$name].Add((Measure-Memory -Kind $kinds[$name] -Path "$folder/$number" -Factory $factory))
        }
    }

    $base = 0
    foreach ($name in $kinds.Keys) {
        $median = Get-Median $times[$name].ToArray()
        if ($kinds[$name].Contains('Bare')) {
            $base = $median
        }

        [Console]::Out.WriteLine(('{0,-42} {1,6:0} ms  {2,5:0.00} x  {3,5:0} MiB' -f $name, $median, ($median / $base), (Get-Median $memory[$name].ToArray())))
    }
}
finally {
    Stop-RigFactory $factory
    [System.IO.Directory]::Delete($folder, $true)
}
