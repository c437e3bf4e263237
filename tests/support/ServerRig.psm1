# A rig for acceptance tests of lmp-factory serve: a PKI as fioctl leaves it, and servers with it.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'DeviceRig.psm1')
Import-Module (Join-Path $PSScriptRoot 'ProcessRig.psm1')
Import-Module (Join-Path $PSScriptRoot 'NetworkRig.psm1')

function Invoke-ServerCommand([string[]] $Argument) {
    $run = Invoke-RigProcess (Get-RigPath FactoryExe) $Argument
    if ($run.ExitCode -ne 0) {
        throw "lmp-factory $Argument ended with $($run.ExitCode): $($run.Error)"
    }

    $run.Output
}

function Invoke-Openssl([string[]] $Argument) {
    $run = Invoke-RigProcess openssl $Argument
    if ($run.ExitCode -ne 0) {
        throw "openssl $Argument ended with $($run.ExitCode): $($run.Error)"
    }
}

<#
.SYNOPSIS
    Makes the folder of 'fioctl keys ca', with the server's own certificate for 127.0.0.1. Returns its path; the root's key is beside it.
#>
function New-RigPki {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'In a test''s own folder.')]
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path)

    $null = New-Item -ItemType Directory $Path
    $root = "$Path-root.key"
    $ecKey = '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'
    Invoke-Openssl (@('req', '-x509', '-days', '7300', '-subj', '/CN=Factory-CA/OU=acme', '-keyout', $root, '-out', "$Path/factory_ca.pem",
            '-addext', 'keyUsage=keyCertSign,cRLSign') + $ecKey)
    Invoke-Openssl (@('req', '-new', '-subj', '/CN=fio-user/OU=acme', '-keyout', "$Path/local-ca.key", '-out', "$Path/local-ca.csr") + $ecKey)
    Invoke-Openssl (@('req', '-new', '-subj', '/CN=127.0.0.1/OU=acme', '-keyout', "$Path/tls.key", '-out', "$Path/tls.csr") + $ecKey)
    Invoke-Openssl (@('req', '-new', '-subj', '/CN=ota-lite.example.org/OU=acme', '-keyout', "$Path-gateway.key", '-out', "$Path/gateway.csr") + $ecKey)
    $server = "keyUsage=critical,digitalSignature`nextendedKeyUsage=critical,serverAuth`nsubjectAltName="
    $extensions = @{
        'local-ca' = "keyUsage=critical,keyCertSign`nbasicConstraints=critical,CA:TRUE,pathlen:0"
        'tls'      = "${server}IP:127.0.0.1"
        'gateway'  = "${server}DNS:ota-lite.example.org"
    }
    foreach ($name in $extensions.Keys) {
        Set-Content "$Path/extensions" $extensions[$name]
        Invoke-Openssl @('x509', '-req', '-days', '3650', '-in', "$Path/$name.csr", '-CA', "$Path/factory_ca.pem", '-CAkey', $root, '-CAcreateserial',
            '-CAserial', "$Path-serial", '-extfile', "$Path/extensions", '-out', "$Path/$name.pem")
    }

    Move-Item "$Path/gateway.pem" "$Path/tls-crt"
    chmod 600 "$Path/local-ca.key" "$Path/tls.key"
    $Path
}

<#
.SYNOPSIS
    Starts a server on a free port of loopback that lets in whom it expects, and waits until it listens. Stop-RigFactory ends it.
#>
function Start-RigServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Pki,
        # From where devices may use /sign.
        [string[]] $SignAddress = @(),
        # The serial numbers of the allow-list.
        [string[]] $Expected = @()
    )

    $null = New-Item -ItemType Directory $Path
    $port = Get-RigFreePort
    $config = "$Path/factory.json"
    @{
        Factory = 'acme'
        Pki     = @{ Directory = $Pki }
        Ledger  = @{ Sqlite = "$Path/ledger.db" }
        Api     = @{ Listen = "127.0.0.1:$port"; Host = '127.0.0.1'; SignAddresses = $SignAddress; DrainSeconds = 0 }
        Devices = @{ Admission = 'Expected'; Gateway = 'https://ota-lite.example.org:8443'; Tags = @('main') }
    } | ConvertTo-Json | Set-Content $config
    Set-Content "$Path/expected.csv" (@('serial') + $Expected)
    $null = Invoke-ServerCommand 'devices', 'import', "$Path/expected.csv", '--config', $config

    $process = Start-RigProcess (Get-RigPath FactoryExe) @('serve', '--config', $config)
    # Nobody reads what it says; an unread pipe would stop it once it is full.
    $output = $process.StandardOutput.ReadToEndAsync()
    $problem = $process.StandardError.ReadToEndAsync()
    $limit = (Get-Date).AddSeconds(60)
    while ((Invoke-RigProcess curl @('--silent', '--fail', '--cacert', "$Pki/factory_ca.pem", "https://127.0.0.1:$port/readyz")).ExitCode -ne 0) {
        if ($process.HasExited -or (Get-Date) -gt $limit) {
            throw "The server did not start: $($problem.Result) $($output.Result)"
        }

        Start-Sleep -Milliseconds 100
    }

    @{ Process = $process; Config = $config; CaFile = "$Pki/factory_ca.pem"; Sign = "https://127.0.0.1:$port/sign" }
}

<#
.SYNOPSIS
    The server's ledger, one object a device.
#>
function Get-RigServerDevice {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Server)

    Invoke-ServerCommand 'devices', 'list', '--json', '--config', $Server.Config | ConvertFrom-Json -DateKind String
}

Export-ModuleMember -Function New-RigPki, Start-RigServer, Get-RigServerDevice
