<#
.SYNOPSIS
    What a registration costs the factory server on SQLite, beside an HTTPS endpoint that answers the same bytes: processor
    time of each, devices a second and the 99th percentile, at 4 and at 64 connections, in one run.
.DESCRIPTION
    Server, endpoint and the devices that register share the machine's processors; the two take turns. The ledger is on the
    disk of the folder for temporary files.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The functions of this script use them.')]
[CmdletBinding()]
param([int] $Round = 3, [int] $Count = 4000)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../../tools/Common.ps1')
. (Join-Path $PSScriptRoot '../../tools/Build.ps1')
Import-Module (Join-Path $PSScriptRoot '../support/DeviceRig.psm1')
Import-Module (Join-Path $PSScriptRoot '../support/ServerRig.psm1')
Build-TestProgram tests/Benchmarks/FactoryLoad factory-load
$load = Join-Top out test factory-load factory-load
$factory = Get-RigPath FactoryExe
$folder = [System.IO.Directory]::CreateTempSubdirectory('autoregister-factory-').FullName
$children = [System.Collections.Generic.List[System.Diagnostics.Process]]::new()

function Invoke-Tool([string] $Name, [string[]] $Line) {
    $run = Invoke-RigProcess $Name $Line
    if ($run.ExitCode -ne 0) {
        throw "$Name failed: $($run.Error)"
    }

    $run.Output
}

function Start-Child {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the benchmark, which ends with it.')]
    param([string] $Name, [string[]] $Line)

    $start = [System.Diagnostics.ProcessStartInfo]::new($Name, $Line)
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $child = [System.Diagnostics.Process]::Start($start)
    $children.Add($child)
    $child
}

# User and system time together, as the kernel counts it for the process.
function Measure-Load([System.Diagnostics.Process] $Server, [string] $Url, [int] $Connections) {
    $Server.Refresh()
    $before = $Server.TotalProcessorTime
    $result = Invoke-Tool $load @('run', $Url, "$folder/token", "$Connections", "$Count") | ConvertFrom-Json
    $Server.Refresh()
    $spent = ($Server.TotalProcessorTime - $before).TotalMilliseconds / $Count
    [pscustomobject]@{ Processor = $spent; Rate = $result.Rate; P99 = $result.P99 }
}

function Get-Median([double[]] $Value) {
    @($Value | Sort-Object)[[int] [Math]::Floor($Value.Length / 2)]
}

try {
    $pki = New-RigPki "$folder/pki"
    Set-Content "$folder/factory.json" (ConvertTo-Json @{
            Factory = 'acme'
            Pki     = @{ Directory = $pki }
            Ledger  = @{ Sqlite = "$folder/ledger.db" }
            Api     = @{ Listen = '127.0.0.1:0'; Host = '127.0.0.1' }
            Devices = @{ Admission = 'Stations'; Gateway = 'https://ota-lite.example.org:8443' }
            Limits  = @{ RequestsPerSecond = 1000000 }
        })
    $null = Invoke-Tool $factory @('station', 'add', 'line', '--token-file', "$folder/token", '--config', "$folder/factory.json")
    $server = Start-Child $factory @('serve', '--config', "$folder/factory.json")
    do {
        $line = $server.StandardError.ReadLine()
    } until ($line -match 'on port (\d+)')
    $api = "https://127.0.0.1:$($Matches[1])/ota/devices/"
    $null = $server.StandardError.ReadToEndAsync()

    # As large an answer as the server gives.
    Set-Content "$folder/answer" ('x' * 3500) -NoNewline
    $bare = Start-Child $load @('bare', "$folder/answer")
    $floor = $bare.StandardOutput.ReadLine()

    $all = foreach ($connections in 4, 64) {
        # Both warm up: what is measured is a server that has been running.
        $null = Measure-Load -Server $server -Url $api -Connections $connections
        $null = Measure-Load -Server $bare -Url $floor -Connections $connections
        $rounds = for ($n = 0; $n -lt $Round; $n++) {
            [pscustomobject]@{ Server = Measure-Load -Server $server -Url $api -Connections $connections; Floor = Measure-Load -Server $bare -Url $floor -Connections $connections }
        }

        foreach ($kind in 'Floor', 'Server') {
            [pscustomobject]@{
                Connections = $connections
                Kind        = $kind -eq 'Floor' ? 'bare endpoint' : 'registration'
                'CPU ms'    = '{0:0.000}' -f (Get-Median $rounds.$kind.Processor)
                'Per s'     = '{0:0}' -f (Get-Median $rounds.$kind.Rate)
                'p99 ms'    = '{0:0.0}' -f (Get-Median $rounds.$kind.P99)
                Ratio       = '{0:0.0}' -f ((Get-Median $rounds.$kind.Processor) / (Get-Median $rounds.Floor.Processor))
            }
        }
    }

    $all | Format-Table
}
finally {
    $children | ForEach-Object { $_.Kill(); $_.Dispose() }
    Remove-Item -Recurse -Force $folder
}
