<#
.SYNOPSIS
    Lets devices register while their networks fail, and shows how long after the network was back each was registered.
.DESCRIPTION
    One device for each kind of failure, all at the same time, each with a factory of its own, registered by the wrapper as the
    unit runs it. Prints a table and ends with 'N cases, N failed'; the exit code is the number of failures.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The functions of this script use them.')]
[CmdletBinding()]
param(
    # How long a fault lasts.
    [double] $Seconds = 30,

    # How long nobody listens, where that is the fault.
    [double] $SilentSeconds = 90
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$tests = Split-Path -Parent $PSScriptRoot
Import-Module "$tests/support/DeviceRig.psm1"
Import-Module "$tests/support/NetworkRig.psm1"

$faults = 'refused', 'no-handshake', 'garbage-tls', 'plain-http', 'hang', 'slow-headers', 'slow-body', 'reset-after-request', 'reset-in-headers',
'reset-in-body', 'lost', 'truncated-json', 'html-201', 'stranger', 'status-500', 'status-429', 'retry-after-seconds', 'retry-after-date'
$patience = '00:10:00'
$work = [System.IO.Directory]::CreateTempSubdirectory('network-soak-').FullName
$cases = [System.Collections.Generic.List[hashtable]]::new()
$clock = [System.Diagnostics.Stopwatch]::StartNew()

# Starts the wrapper and reads what it says, so that it never waits for us.
function Add-Case([string] $Name, [hashtable] $Case, [string] $Command, [string[]] $Argument, [hashtable] $Environment) {
    $process = Start-RigProcess $Command $Argument -Environment $Environment
    $Case.Name = $Name
    $Case.Process = $process
    $Case.Output = $process.StandardOutput.ReadToEndAsync()
    $Case.Error = $process.StandardError.ReadToEndAsync()
    $Case.Started = $clock.Elapsed.TotalSeconds
    $Case.Ended = $null
    $cases.Add($Case)
}

function Add-FaultCase([string] $Fault) {
    $factory = Start-RigFactory -Path "$work/$Fault-factory"
    $device = New-RigDevice -Path "$work/$Fault" -Token $factory.Token -Hsm ''
    $server = Start-RigFaultServer -Factory $factory -Path "$work/$Fault-server" -Fault $Fault -Seconds $Seconds
    $case = @{ Factory = $factory; Server = $server; Device = $device; Back = $clock.Elapsed.TotalSeconds + $Seconds }
    Add-Case -Name $Fault -Case $case -Command (Get-RigPath Shell) -Argument (Get-RigWrapperArgument -Device $device -RetryFor $patience) `
        -Environment (Get-RigEnvironment $device -Factory $server)
}

# Nobody listens at first.
function Add-SilentCase {
    $start = @{ Path = "$work/silent-factory"; Argument = @('--api-port', "$(Get-RigFreePort)") }
    $factory = Start-RigFactory @start
    Stop-RigFactory $factory
    $device = New-RigDevice -Path "$work/silent" -Token $factory.Token -Hsm ''
    $case = @{ Device = $device; Server = $null; Back = $clock.Elapsed.TotalSeconds + $SilentSeconds; Action = { param($case) $case.Factory = Start-RigFactory @start }.GetNewClosure() }
    Add-Case -Name "nobody listens for $SilentSeconds s" -Case $case -Command (Get-RigPath Shell) -Argument (Get-RigWrapperArgument -Device $device -RetryFor $patience) `
        -Environment (Get-RigEnvironment $device -Factory $factory)
}

# The name is not known at first.
function Add-NameCase {
    $factory = Start-RigFactory -Path "$work/name-factory" -Argument '--host', 'factory.test'
    $device = New-RigDevice -Path "$work/name" -Token $factory.Token -Hsm ''
    $hosts = "$work/hosts"
    Set-Content $hosts ''
    $case = @{ Factory = $factory; Device = $device; Server = $null; Back = $clock.Elapsed.TotalSeconds + $Seconds; Action = { Set-Content $hosts '127.0.0.1 factory.test' }.GetNewClosure() }
    Add-Case -Name 'DNS does not answer' -Case $case -Command unshare -Argument (Get-RigHiddenNameCommand -Hosts $hosts -Device $device -RetryFor $patience) `
        -Environment (Get-RigEnvironment $device -Factory $factory)
}

# What is wrong with a device afterwards, in one sentence; nothing when it is registered, once.
function Get-CaseProblem([hashtable] $Case) {
    if ($Case.Process.ExitCode -ne 0) {
        return "exit code $($Case.Process.ExitCode): $($Case.Error.Result)"
    }

    $count = @(Get-RigLedger $Case.Factory).Count
    if ($count -ne 1) {
        return "$count devices in the ledger"
    }

    $sota = $Case.Device.Sota
    $ask = Invoke-RigProcess curl @('--silent', '--show-error', '--fail', '--noproxy', '*', '--cacert', "$sota/root.crt", '--cert', "$sota/client.pem", '--key', "$sota/pkey.pem",
        '--resolve', "factory.test:$([uri]::new($Case.Factory.gateway).Port):127.0.0.1", "$($Case.Factory.gateway)/")
    if ($ask.ExitCode -ne 0) {
        return "the gateway refuses the device: $($ask.Error)"
    }
}

$failed = 0
try {
    Add-SilentCase
    $skipped = Get-RigHiddenNameProblem
    if ($skipped) {
        Write-Host "skipped: DNS does not answer: $skipped"
    }
    else {
        Add-NameCase
    }

    foreach ($fault in $faults) {
        Add-FaultCase $fault
    }

    while (@($cases | Where-Object { $null -eq $_.Ended }).Count -gt 0) {
        foreach ($case in $cases) {
            if ($case['Action'] -and $clock.Elapsed.TotalSeconds -ge $case.Back) {
                & $case.Action $case
                $case.Back = $clock.Elapsed.TotalSeconds
                $case.Action = $null
            }

            if ($null -eq $case.Ended -and $case.Process.HasExited) {
                $case.Ended = $clock.Elapsed.TotalSeconds
            }
        }

        Start-Sleep -Milliseconds 50
    }

    $rows = foreach ($case in $cases) {
        $problem = Get-CaseProblem $case
        $failed += [int] [bool] $problem
        $attempts = [regex]::Matches($case.Error.Result, 'Attempt \d+ failed').Count
        [pscustomobject]@{
            Fault           = $case.Name
            'Back, s'       = '{0:F1}' -f ($case.Back - $case.Started)
            'Registered, s' = '{0:F1}' -f ($case.Ended - $case.Started)
            'After it, s'   = '{0:F1}' -f ($case.Ended - $case.Back)
            Outcome         = $problem ? "FAILED: $problem" : "after $attempts failed attempts"
        }
    }

    $rows | Format-Table -AutoSize -Wrap | Out-Host
    Write-Host "$($cases.Count) cases, $failed failed"
}
finally {
    foreach ($case in $cases) {
        if (-not $case.Process.HasExited) {
            $case.Process.Kill()
        }

        if ($case.Server) {
            Stop-RigFaultServer $case.Server
        }

        if ($case['Factory']) {
            Stop-RigFactory $case.Factory
        }
    }

    Remove-Item $work -Recurse -Force
}

exit $failed
