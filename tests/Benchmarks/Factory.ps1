<#
.SYNOPSIS
    What a registration costs the factory server on SQLite, beside an HTTPS endpoint that answers the same bytes: processor
    time of each, devices a second and the 99th percentile, at 4 and at 64 connections, in one run.
.DESCRIPTION
    Server, endpoint and the devices that register share the machine's processors; the two take turns. The ledger is on the
    disk of the folder for temporary files.
#>
[CmdletBinding()]
param([int] $Round = 3, [int] $Count = 4000)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../../tools/Common.ps1')
. (Join-Path $PSScriptRoot '../../tools/Build.ps1')
Import-Module (Join-Path $PSScriptRoot '../support/DeviceRig.psm1')
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

# A folder as 'fioctl keys ca create' leaves it, and the server's own certificate.
function New-Pki {
    $pki = (New-Item -ItemType Directory "$folder/pki").FullName
    foreach ($name in 'factory_ca', 'local-ca', 'gateway') {
        $null = Invoke-Tool openssl @('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', "$pki/$name.key")
    }

    $null = Invoke-Tool openssl @('req', '-new', '-x509', '-days', '7300', '-key', "$pki/factory_ca.key", '-subj', '/CN=Factory-CA/OU=acme',
        '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=keyCertSign,cRLSign', '-out', "$pki/factory_ca.pem")
    $extension = @{
        'local-ca' = "keyUsage=critical,keyCertSign`nbasicConstraints=critical,CA:TRUE,pathlen:0"
        'gateway'  = "extendedKeyUsage=serverAuth`nsubjectAltName=DNS:gateway.example"
        'tls'      = "extendedKeyUsage=serverAuth`nsubjectAltName=IP:127.0.0.1"
    }
    $null = Invoke-Tool $factory @('tls', 'csr', '--config', "$folder/factory.json", '--out', "$pki/tls.csr")
    foreach ($name in 'local-ca', 'gateway') {
        $null = Invoke-Tool openssl @('req', '-new', '-key', "$pki/$name.key", '-subj', "/CN=$name/OU=acme", '-out', "$pki/$name.csr")
    }

    foreach ($name in $extension.Keys) {
        Set-Content "$pki/ext" $extension[$name]
        $null = Invoke-Tool openssl @('x509', '-req', '-days', '3650', '-in', "$pki/$name.csr", '-CA', "$pki/factory_ca.pem", '-CAkey', "$pki/factory_ca.key",
            '-CAcreateserial', '-extfile', "$pki/ext", '-out', "$pki/$name.pem")
    }

    Move-Item "$pki/gateway.pem" "$pki/tls-crt"
    Remove-Item "$pki/factory_ca.key", "$pki/gateway.key"
}

function Start-Child([string] $Name, [string[]] $Line) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Name, $Line)
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $child = [System.Diagnostics.Process]::Start($start)
    $children.Add($child)
    $child
}

# User and system time together, as the kernel counts it for the process.
function Measure-Load([System.Diagnostics.Process] $Server, [string] $Url, [string] $TokenFile, [int] $Connections) {
    $Server.Refresh()
    $before = $Server.TotalProcessorTime
    $result = Invoke-Tool $load @('run', $Url, $TokenFile, "$Connections", "$Count") | ConvertFrom-Json
    $Server.Refresh()
    $spent = ($Server.TotalProcessorTime - $before).TotalMilliseconds / $Count
    [pscustomobject]@{ Processor = $spent; Rate = $result.Rate; P99 = $result.P99 }
}

function Get-Median([double[]] $Value) {
    @($Value | Sort-Object)[[int] [Math]::Floor($Value.Length / 2)]
}

try {
    Set-Content "$folder/factory.json" (ConvertTo-Json @{
            Factory = 'acme'
            Pki     = @{ Directory = "$folder/pki" }
            Ledger  = @{ Sqlite = "$folder/ledger.db" }
            Api     = @{ Listen = '127.0.0.1:0'; Host = '127.0.0.1' }
            Devices = @{ Admission = 'Stations'; Gateway = 'https://gateway.example:8443' }
            Limits  = @{ RequestsPerSecond = 1000000 }
        })
    New-Pki
    $null = Invoke-Tool $factory @('station', 'add', 'line', '--token-file', "$folder/token", '--config', "$folder/factory.json")
    $server = Start-Child $factory @('serve', '--config', "$folder/factory.json")
    do {
        $line = $server.StandardError.ReadLine()
    } until ($line -match 'on port (\d+)')
    $api = "https://127.0.0.1:$($Matches[1])/ota/devices/"
    $drain = $server.StandardError.ReadToEndAsync()

    # As large an answer as the server gives.
    Set-Content "$folder/answer" ('x' * 3500) -NoNewline
    $bare = Start-Child $load @('bare', "$folder/answer")
    $floor = $bare.StandardOutput.ReadLine()

    $all = foreach ($connections in 4, 64) {
        # Both warm up: what is measured is a server that has been running.
        $null = Measure-Load $server $api "$folder/token" $connections
        $null = Measure-Load $bare $floor "$folder/token" $connections
        $rounds = for ($n = 0; $n -lt $Round; $n++) {
            [pscustomobject]@{ Server = Measure-Load $server $api "$folder/token" $connections; Floor = Measure-Load $bare $floor "$folder/token" $connections }
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
