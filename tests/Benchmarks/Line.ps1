<#
.SYNOPSIS
    Devices a second of one station, with 1, 8 and 32 in flight, beside one process for each device: ratios in one run.
.DESCRIPTION
    The kinds take turns. The disk's share is measured by running the widest line once more in memory (/dev/shm). Factory,
    station and whatever else the machine does share its processors.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The functions of this script use them.')]
[CmdletBinding()]
param([int] $Round = 3, [int] $Count = 200, [int] $Process = 10)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../support/DeviceRig.psm1')
$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-line-').FullName
$memory = (Test-Path '/dev/shm') ? "/dev/shm/$(Split-Path -Leaf $folder)" : $null
$factory = Start-RigFactory -Path "$folder/factory"

# The station warms up with a tenth as many devices and measures itself, so that its start is not counted.
function Measure-Line([string] $Out, [int] $Limit) {
    $run = Invoke-RigScript "$folder/line.ps1" -Environment @{ SSL_CERT_FILE = $factory.caFile } -Text @"
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
ConvertTo-Json (`$done / `$watch.Elapsed.TotalSeconds)
"@
    if ($run.ExitCode -ne 0) {
        throw "A line failed: $($run.Error)"
    }

    $run.Output | ConvertFrom-Json
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
    @($Value | Sort-Object)[[int] [Math]::Floor($Value.Length / 2)]
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
    foreach ($n in 1..$Round) {
        foreach ($name in $kinds.Keys) {
            $rates[$name] += @(& $kinds[$name] $n)
        }
    }

    $base = Get-Median $rates['one process a device']
    foreach ($name in $kinds.Keys) {
        $median = Get-Median $rates[$name]
        Write-Host ('{0,-22} {1,7:0.0} devices/s {2,6:0.0} x' -f $name, $median, ($median / $base))
    }
}
finally {
    Stop-RigFactory $factory
    Remove-Item $folder -Recurse -Force
    if ($memory -and (Test-Path $memory)) {
        Remove-Item $memory -Recurse -Force
    }
}
