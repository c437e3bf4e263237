<#
.SYNOPSIS
    What a device costs on a line, in one run: devices a second, and milliseconds of processor time a device, of the station and of the
    factory beside it; with 1, 8 and 32 in flight, on the disk and in memory.
.DESCRIPTION
    Beside them one process for each device, as a device registers on its first boot, and the floor: a loop of the same cryptography,
    request and files that does nothing else and flushes nothing. The kinds take turns; the median of the rounds counts. Factory, station
    and whatever else the machine does share its processors, so compare within a run.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The functions of this script use them.')]
[CmdletBinding()]
param([int] $Round = 3, [int] $Count = 1000, [int] $Process = 10)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../../tools/Common.ps1')
. (Join-Path $PSScriptRoot '../../tools/Build.ps1')
Import-Module (Join-Path $PSScriptRoot '../support/DeviceRig.psm1')
Build-TestProgram tests/Benchmarks/FactoryLoad factory-load
$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-line-').FullName
$memory = (Test-Path '/dev/shm') ? "/dev/shm/$(Split-Path -Leaf $folder)" : $null
$factory = Start-RigFactory -Path "$folder/factory"

function Get-FactoryTime {
    $factory.Process.Refresh()
    $factory.Process.TotalProcessorTime.TotalMilliseconds
}

# The time of children that have ended, cutime and cstime of proc(5), in hundredths of a second.
function Get-ChildTime {
    $field = ((Get-Content -Raw "/proc/$PID/stat") -replace '^.*\) ').Split(' ')
    10 * ([double] $field[13] + [double] $field[14])
}

# The station warms up with a fifth as many devices and measures itself and the factory, so that its start is not counted. One after the
# other takes long: a fifth of the devices.
function Measure-Line([string] $Out, [int] $Limit) {
    $number = $Limit -eq 1 ? [int] ($Count / 5) : $Count
    $run = Invoke-RigScript "$folder/line.ps1" -While { Start-Sleep 1 } -Environment @{ SSL_CERT_FILE = $factory.caFile } -Text @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$(Get-RigPath Module)'
`$line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$($factory.api)' -ApiTokenPath '$($factory.tokenFile)' -IgnoreDeviceFiles -NoHsm
function Run([string] `$Out, [int] `$Number) {
    & { for (`$n = 1; `$n -le `$Number; `$n++) { [pscustomobject]@{ Path = "`$Out/`$n" } } } | New-HsmDeviceKey -BaseConfig `$line -ThrottleLimit $Limit |
        Register-FoundriesDevice -ThrottleLimit $Limit | Export-SotaCredentials -ThrottleLimit $Limit
}
function Spent([int] `$Id) { [System.Diagnostics.Process]::GetProcessById(`$Id).TotalProcessorTime.TotalMilliseconds }
`$null = @(Run '$Out/warm' $([int] ($number / 5)))
`$station = Spent `$PID
`$factory = Spent $($factory.Process.Id)
`$watch = [System.Diagnostics.Stopwatch]::StartNew()
`$done = @(Run '$Out/line' $number).Count
ConvertTo-Json @{
    Rate = `$done / `$watch.Elapsed.TotalSeconds
    Station = ((Spent `$PID) - `$station) / `$done
    Factory = ((Spent $($factory.Process.Id)) - `$factory) / `$done
}
"@
    if ($run.ExitCode -ne 0) {
        throw "A line failed: $($run.Error)"
    }

    $run.Output | ConvertFrom-Json
}

function Measure-Process([string] $Out) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $before = @{ Station = Get-ChildTime; Factory = Get-FactoryTime }
    for ($n = 0; $n -lt $Process; $n++) {
        $run = Invoke-RigWrapper (New-RigDevice -Path "$Out-$n" -Token $factory.Token -Hsm '') $factory
        if ($run.ExitCode -ne 0) {
            throw "A wrapper failed: $($run.Error)"
        }
    }

    [pscustomobject]@{
        Rate    = $Process / $watch.Elapsed.TotalSeconds
        Station = ((Get-ChildTime) - $before.Station) / $Process
        Factory = ((Get-FactoryTime) - $before.Factory) / $Process
    }
}

# The factory's time is that of the floor's devices and of those that warm up.
function Measure-Floor([string] $Out) {
    $before = Get-FactoryTime
    $run = Invoke-RigProcess (Join-Top out test factory-load factory-load) @('floor', $factory.api, $factory.tokenFile, '32', "$Count", $Out)
    if ($run.ExitCode -ne 0) {
        throw "The floor failed: $($run.Error)"
    }

    $run.Output | ConvertFrom-Json | Add-Member Factory (((Get-FactoryTime) - $before) / ($Count * 1.2)) -PassThru
}

function Get-Median([double[]] $Value) {
    @($Value | Sort-Object)[[int] [Math]::Floor($Value.Length / 2)]
}

try {
    $places = [ordered]@{ 'on disk' = $folder }
    if ($memory) {
        $places['in memory'] = $memory
    }

    $all = @{}
    foreach ($n in 1..$Round) {
        $all['one process a device, on disk'] += @(Measure-Process "$folder/process-$n")
        foreach ($place in $places.Keys) {
            foreach ($limit in 1, 8, 32) {
                $all["line, $limit in flight, $place"] += @(Measure-Line "$($places[$place])/line-$limit-$n" -Limit $limit)
            }

            $all["floor, 32 in flight, $place"] += @(Measure-Floor "$($places[$place])/floor-$n")
        }
    }

    foreach ($name in $all.Keys | Sort-Object { $_ -replace '(\d+)', { $_.Value.PadLeft(3) } }) {
        $row = $all[$name]
        Write-Host ('{0,-30} {1,7:0.0} devices/s  station {2,7:0.00} ms  factory {3,6:0.00} ms' -f $name,
            (Get-Median $row.Rate), (Get-Median $row.Station), (Get-Median $row.Factory))
    }
}
finally {
    Stop-RigFactory $factory
    Remove-Item $folder -Recurse -Force
    if ($memory -and (Test-Path $memory)) {
        Remove-Item $memory -Recurse -Force
    }
}
