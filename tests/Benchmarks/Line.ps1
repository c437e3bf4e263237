<#
.SYNOPSIS
    Devices a second of one station, with 1, 8 and 32 in flight, beside one process for each device: ratios in one run.
.DESCRIPTION
    The kinds take turns. The disk's share is measured by running the widest line once more in memory (/dev/shm). Factory,
    station and whatever else the machine does share its processors.
#>
[CmdletBinding()]
param([int] $Round = 3, [int] $Count = 200, [int] $Process = 10)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, '..', 'support', 'DeviceRig.psm1'))
$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-line-').FullName
$memory = [System.IO.Directory]::Exists('/dev/shm') ? "/dev/shm/$([System.IO.Path]::GetFileName($folder))" : $null
$factory = Start-RigFactory -Path "$folder/factory"

# The station warms up with a tenth as many devices and measures itself, so that its start is not counted.
function Measure-Line([string] $Out, [int] $Limit) {
    [System.IO.File]::WriteAllText("$folder/line.ps1", @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$(Get-RigPath Module)'
`$line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$($factory.api)' -ApiTokenPath '$($factory.tokenFile)' -IgnoreDeviceFiles -NoHsm
function Run([string] `$Out, [int] `$Number) {
    & { for (`$n = 1; `$n -le `$Number; `$n++) { [pscustomobject]@{ Path = "`$Out/`$n" } } } | New-HsmDeviceKey -BaseConfig `$line -ThrottleLimit $Limit |
        Register-FoundriesDevice -ThrottleLimit $Limit | Export-SotaCredentials -ThrottleLimit $Limit
}
`$null = @(Run '$Out/warm' $($Count / 10))
`$watch = [System.Diagnostics.Stopwatch]::StartNew()
`$done = @(Run '$Out/line' $Count).Count
[Console]::Out.WriteLine((`$done / `$watch.Elapsed.TotalSeconds).ToString([cultureinfo]::InvariantCulture))
"@)
    $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$folder/line.ps1") -Environment @{ SSL_CERT_FILE = $factory.caFile }
    if ($run.ExitCode -ne 0) {
        throw "A line failed: $($run.Error)"
    }

    [double]::Parse($run.Output, [cultureinfo]::InvariantCulture)
}

function Measure-Process([string] $Out) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    for ($n = 0; $n -lt $Process; $n++) {
        $run = Invoke-RigWrapper (New-RigDevice -Path "$Out-$n" -Token $factory.Token -Hsm '') $factory
        if ($run.ExitCode -ne 0) {
            throw "A wrapper failed: $($run.Error)"
        }
    }

    $Process / $watch.Elapsed.TotalSeconds
}

function Get-Median([double[]] $Value) {
    $sorted = [double[]] $Value.Clone()
    [array]::Sort($sorted)
    $sorted[[int] [Math]::Floor($sorted.Length / 2)]
}

try {
    $kinds = [ordered]@{
        'one process a device' = { param($n) Measure-Process "$folder/process-$n" }
        'line, 1 in flight'    = { param($n) Measure-Line "$folder/one-$n" -Limit 1 }
        'line, 8 in flight'    = { param($n) Measure-Line "$folder/eight-$n" -Limit 8 }
        'line, 32 in flight'   = { param($n) Measure-Line "$folder/many-$n" -Limit 32 }
    }
    if ($memory) {
        $kinds['line, 32, in memory'] = { param($n) Measure-Line "$memory/$n" -Limit 32 }
    }

    $rates = @{}
    for ($n = 1; $n -le $Round; $n++) {
        foreach ($name in $kinds.Keys) {
            if (-not $rates.ContainsKey($name)) {
                $rates[$name] = [System.Collections.Generic.List[double]]::new()
            }

            $rates[$name].Add((& $kinds[$name] $n))
        }
    }

    $base = Get-Median $rates['one process a device'].ToArray()
    foreach ($name in $kinds.Keys) {
        $median = Get-Median $rates[$name].ToArray()
        [Console]::Out.WriteLine(('{0,-22} {1,7:0.0} devices/s {2,6:0.0} x' -f $name, $median, ($median / $base)))
    }
}
finally {
    Stop-RigFactory $factory
    [System.IO.Directory]::Delete($folder, $true)
    if ($memory -and [System.IO.Directory]::Exists($memory)) {
        [System.IO.Directory]::Delete($memory, $true)
    }
}
