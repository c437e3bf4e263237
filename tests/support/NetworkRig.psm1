# Networks that fail and come back while a device registers: a server that misbehaves for a while, a port where nobody listens
# yet, a name that is not known yet, a clock that is not set.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/DeviceRig.psm1"

$Top = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$FakeTime = "$(Get-RigPath LibraryPath)/faketime/libfaketime.so.1"

# A port of the loopback interface where nobody listens.
function Get-RigFreePort {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# Starts a server that passes requests on to a factory once its faults are over.
function Start-RigFaultServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [hashtable] $Factory,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Fault,
        # How long the fault happens to everyone; 0: once.
        [double] $Seconds = 0
    )

    $program = Join-Path $Top 'out/test/fault-server/fault-server'
    $process = Start-RigProcess $program @('--upstream', $Factory.api, '--upstream-ca', $Factory.caFile, '--ready', $Path, '--script', $Fault, '--for', "$Seconds")
    while (-not (Test-Path "$Path/api")) {
        if ($process.HasExited) {
            throw "The fault server did not start: $($process.StandardError.ReadToEnd())"
        }

        Start-Sleep -Milliseconds 20
    }

    @{ Process = $process; api = Get-Content "$Path/api" -Raw; caFile = "$Path/ca.pem" }
}

function Stop-RigFaultServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Ends only what Start-RigFaultServer started.')]
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Server)

    $Server.Process.Kill()
    $Server.Process.WaitForExit()
    $Server.Process.Dispose()
}

# Ends a fault server, and returns the bodies of the registrations it was sent, in order.
function Complete-RigFaultServer {
    [CmdletBinding()]
    [OutputType([string[]])]
    param([Parameter(Mandatory)] [hashtable] $Server)

    Send-RigSignal $Server.Process TERM
    $Server.Process.WaitForExit()
    $Server.Process.Dispose()
    Get-Content "$(Split-Path -Parent $Server.caFile)/requests"
}

# Why names cannot be taken from a process here, in one sentence; nothing when they can.
function Get-RigHiddenNameProblem {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if ((Invoke-RigProcess unshare @('--mount', 'true')).ExitCode -ne 0) {
        'a mount name space cannot be made here (only root can)'
    }
}

# The command line of a wrapper that knows the names in a file only: an empty file is a resolver that does not answer yet.
function Get-RigHiddenNameCommand {
    [CmdletBinding()]
    [OutputType([array])]
    param([Parameter(Mandatory)] [string] $Hosts, [Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [string] $RetryFor)

    # Nobody listens there: the resolver fails at once, as it does before the network is up.
    Set-Content "$Hosts.resolv" "nameserver 127.0.0.1`noptions timeout:1 attempts:1"
    $mount = 'mount --bind "$1" /etc/hosts && mount --bind "$1.resolv" /etc/resolv.conf && shift && exec "$@"'
    @('--mount', 'sh', '-c', $mount, 'sh', $Hosts, (Get-RigPath Shell)) + (Get-RigWrapperArgument -Device $Device -RetryFor $RetryFor)
}

function Get-RigWrapperArgument {
    [CmdletBinding()]
    [OutputType([array])]
    param([Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [string] $RetryFor)

    @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $Device.Root, '-RetryFor', $RetryFor)
}

# Runs a command to its end, and an action as soon as it says that its first attempt has failed.
function Invoke-RigAfterFailure {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Command,
        [Parameter(Mandatory)] [string[]] $Argument,
        [Parameter(Mandatory)] [hashtable] $Environment,
        [Parameter(Mandatory)] [scriptblock] $Action
    )

    $process = Start-RigProcess $Command $Argument -Environment $Environment
    try {
        $output = $process.StandardOutput.ReadToEndAsync()
        $said = ''
        while ($null -ne ($line = $process.StandardError.ReadLine())) {
            $said += "$line`n"
            if ($Action -and $line -match 'Attempt 1 failed') {
                $null = & $Action
                $Action = $null
            }
        }

        $process.WaitForExit()
        @{ ExitCode = $process.ExitCode; Output = $output.Result; Error = $said }
    }
    finally {
        $process.Dispose()
    }
}

# What makes a process believe the time in a file, which may change while it runs (faketime(1)).
function Get-RigClock {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Path)

    @{ LD_PRELOAD = $FakeTime; FAKETIME_TIMESTAMP_FILE = $Path; FAKETIME_NO_CACHE = '1'; FAKETIME_DONT_FAKE_MONOTONIC = '1' }
}

Export-ModuleMember -Function '*-Rig*'
