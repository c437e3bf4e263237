<#
.SYNOPSIS
    What a whole registration costs beside the bare host, as ratios of medians measured in one run.
.DESCRIPTION
    The kinds take turns, so that a noisy moment of the machine meets all of them..
#>
[CmdletBinding()]
param([int] $Round = 15)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, '..', 'support', 'DeviceRig.psm1'))

function Measure-Run([scriptblock] $Run) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $result = & $Run
    $watch.Stop()
    if ($result.ExitCode -ne 0) {
        throw "A run failed: $($result.Error)"
    }

    $watch.Elapsed.TotalMilliseconds
}

function Get-Median([double[]] $Value) {
    $sorted = [double[]] $Value.Clone()
    [array]::Sort($sorted)
    $sorted[[int] [Math]::Floor($sorted.Length / 2)]
}

$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-bench-').FullName
$factory = Start-RigFactory -Path "$folder/factory"
try {
    $shell = Get-RigPath Shell
    $kinds = [ordered]@{
        'bare host: -Command "exit 0"'    = { Invoke-RigProcess $shell @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', 'exit 0') }
        'registration with a key file'    = { param($n) Invoke-RigWrapper (New-RigDevice -Path "$folder/file-$n" -Token $factory.Token -Hsm '') $factory }
        'registration with SoftHSM2'      = { param($n) Invoke-RigWrapper (New-RigDevice -Path "$folder/token-$n" -Token $factory.Token) $factory }
    }
    $times = @{}
    foreach ($name in $kinds.Keys) {
        $times[$name] = [System.Collections.Generic.List[double]]::new()
        $null = Measure-Run { & $kinds[$name] 'warm-up' }
    }

    for ($n = 1; $n -le $Round; $n++) {
        foreach ($name in $kinds.Keys) {
            $times[$name].Add((Measure-Run { & $kinds[$name] $n }))
        }
    }

    $base = Get-Median $times['bare host: -Command "exit 0"'].ToArray()
    foreach ($name in $kinds.Keys) {
        $median = Get-Median $times[$name].ToArray()
        [Console]::Out.WriteLine(('{0,-32} {1,6:0} ms  {2,5:0.00} x' -f $name, $median, ($median / $base)))
    }
}
finally {
    Stop-RigFactory $factory
    [System.IO.Directory]::Delete($folder, $true)
}
