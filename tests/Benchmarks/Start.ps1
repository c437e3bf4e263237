<#
.SYNOPSIS
    What a whole registration costs beside the bare pwsh of the payload: medians measured in one run, and the most memory it takes.
.DESCRIPTION
    The kinds take turns, so that a noisy moment of the machine meets all of them. Environment and command line are the unit's. On a
    machine that others use, processor time says more than time. Memory is measured in runs of its own: looking costs time.
.PARAMETER Baseline
    A built clone of another version, with its host in out/host, which takes turns with this one.
#>
[CmdletBinding()]
param(
    [int] $Round = 15,
    [string] $Baseline
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$top = Resolve-Path "$PSScriptRoot/../.."
Import-Module "$top/tests/support/DeviceRig.psm1"

# One run: its time and its processor time in milliseconds. What it needs is there before, and not part of it.
function Measure-Run([hashtable] $Kind, [string] $Path, [hashtable] $Factory, [scriptblock] $While) {
    $environment = @{ DOTNET_EnableDiagnostics = '0'; HOME = $null }
    $argument = @('-NoLogo', '-NoProfile', '-NonInteractive')
    if ($Kind.Registers) {
        $hsm = if ($Kind.Hsm) { @{} } else { @{ Hsm = '' } }
        $device = New-RigDevice -Path $Path -Token $Factory.Token @hsm
        $environment = Get-RigEnvironment $device -Factory $Factory -Environment $environment
        $argument += '-File', $Kind.Wrapper, '-Root', $device.Root, '-RetryFor', '10m'
    }
    else {
        $argument += '-Command', 'exit 0'
    }

    # The shell's last line has the processor time of its children: user, system.
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $result = Invoke-RigProcess sh (@('-c', '"$@"; code=$?; times; exit $code', 'sh', $Kind.Shell) + $argument) -Environment $environment -While $While
    $watch.Stop()
    if ($result.ExitCode -ne 0) {
        throw "A run failed: $($result.Error)"
    }

    $seconds = [regex]::Matches($result.Lines[-1], '(\d+)m([\d.]+)s') | ForEach-Object { 60 * $_.Groups[1].Value + $_.Groups[2].Value }
    @{ Time = $watch.Elapsed.TotalMilliseconds; Processor = 1000 * ($seconds | Measure-Object -Sum).Sum }
}

# The most memory a run had in MiB (VmHWM, proc(5)), as last seen before its end.
function Measure-Memory([hashtable] $Kind, [string] $Path, [hashtable] $Factory) {
    $seen = @{ KiB = 0 }
    $look = {
        param($process)
        foreach ($child in (Get-Content "/proc/$($process.Id)/task/$($process.Id)/children" -ErrorAction Ignore) -split ' ' -ne '') {
            $line = Get-Content "/proc/$child/status" -ErrorAction Ignore | Select-String '^VmHWM:\s+(\d+) kB'
            if ($line) {
                $seen.KiB = [Math]::Max($seen.KiB, [int] $line.Matches[0].Groups[1].Value)
            }
        }
    }.GetNewClosure()

    $null = Measure-Run -Kind $Kind -Path $Path -Factory $Factory -While $look
    $seen.KiB / 1024
}

function Get-Median([double[]] $Value) {
    ($Value | Sort-Object)[[Math]::Floor($Value.Count / 2)]
}

# In the unit PowerShell cannot keep what it compiled for its next start; a directory where that file would be has the same effect.
function Install-Launcher([string] $Name, [string] $Shell) {
    New-RigLauncher (Join-Path $folder $Name) -Shell $Shell
    $null = New-Item -ItemType Directory "$folder/$Name/home/.cache/powershell/StartupProfileData-NonInteractive"
}

$folder = (New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "autoregister-bench-$(New-Guid)")).FullName
$factory = Start-RigFactory -Path (Join-Path $folder factory)
try {
    $shells = [ordered]@{ '' = @{ Shell = Install-Launcher own (Get-RigPath Shell); Wrapper = Get-RigPath Wrapper } }
    if ($Baseline) {
        $shell = Get-ChildItem "$Baseline/out/host" -File | Where-Object { -not $_.Extension -and $_.UnixMode[3] -eq 'x' } | Select-Object -First 1
        $shells['baseline: '] = @{ Shell = Install-Launcher baseline $shell.FullName; Wrapper = "$Baseline/out/module/AutoRegister/device/lmp-device-auto-register.ps1" }
    }

    $kinds = [ordered]@{}
    foreach ($name in $shells.Keys) {
        $kinds["${name}-Command `"exit 0`""] = $shells[$name] + @{ Registers = $false }
        $kinds["${name}registration with a key file"] = $shells[$name] + @{ Registers = $true; Hsm = $false }
        $kinds["${name}registration with SoftHSM2"] = $shells[$name] + @{ Registers = $true; Hsm = $true }
    }

    $runs = @{}
    $number = 0
    # The first one reads the disk and does not count.
    foreach ($turn in 0..$Round) {
        foreach ($name in $kinds.Keys) {
            $run = Measure-Run -Kind $kinds[$name] -Path (Join-Path $folder (++$number)) -Factory $factory
            if ($turn -gt 0) {
                $runs[$name] += @($run)
            }
        }
    }

    $bare = $null
    foreach ($name in $kinds.Keys) {
        $memory = foreach ($turn in 1..3) { Measure-Memory -Kind $kinds[$name] -Path (Join-Path $folder (++$number)) -Factory $factory }
        $time = Get-Median $runs[$name].Time
        $processor = Get-Median $runs[$name].Processor
        if (-not $kinds[$name].Registers) {
            $bare = @{ Time = $time; Processor = $processor }
        }

        Write-Host ('{0,-42} {1,6:0} ms {2,5:0.00} x   processor {3,6:0} ms {4,5:0.00} x  {5,5:0} MiB' -f $name, $time, ($time / $bare.Time), $processor, ($processor / $bare.Processor), (Get-Median $memory))
    }
}
finally {
    Stop-RigFactory $factory
    Remove-Item -Recurse -Force $folder
}
