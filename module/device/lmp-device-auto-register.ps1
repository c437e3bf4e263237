#requires -Version 7.6
<#
.SYNOPSIS
    Registers this device with its factory on first boot. This is what lmp-device-auto-register.service runs.
.DESCRIPTION
    Reads /etc/sota/tag, /etc/sota/hsm, /etc/lmp-device-register-token, /etc/os-release and /etc/hostname, and the environment
    variables TOKEN_FILE, APPS, USE_HOSTNAME, DEVICE_FACTORY, PRODUCTION, DEVICE_API, OAUTH_BASE and ALLOW_PLAIN_HTTP.
    Starts the OTA client afterwards, unless START_DAEMON is 0; a failure of that is a warning, the device stays registered.
    Running it again continues an interrupted registration, and is a success on a registered device.

    One line per step on standard output; warnings and errors on standard error; under systemd each with its syslog priority.
    Exit codes (sysexits.h): 0 registered, 75 try again later, 77 refused by the server, 78 wrong configuration,
    70 anything else.
#>
[CmdletBinding()]
param(
    # The directory all device paths are below: / on the device.
    [string] $Root = '/',

    # How long to repeat what can succeed later before giving up with exit code 75.
    [TimeSpan] $RetryFor = $(if ($env:INVOCATION_ID) { '00:10:00' } else { '00:00:30' }),

    # Delete the file with the API token once the device is registered; a failure of that is a warning.
    [switch] $RemoveApiToken
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# systemd sets JOURNAL_STREAM where what we print goes to the journal (systemd.exec(5)); sd-daemon(3) has the prefixes.
$underSystemd = [bool] $env:JOURNAL_STREAM
function Write-Step([string] $Text) {
    [Console]::Out.WriteLine($(if ($underSystemd) { "<6>$Text" } else { $Text }))
}

function Write-Problem([int] $Priority, [string] $Text) {
    [Console]::Error.WriteLine($(if ($underSystemd) { "<$Priority>$Text" } else { $Text }))
}

# The line 'Status:' of systemctl status, which outlives what the journal keeps (sd_notify(3)).
function Write-UnitStatus([string] $Text) {
    if (-not $env:NOTIFY_SOCKET) {
        return
    }

    $socket = [System.Net.Sockets.Socket]::new('Unix', 'Dgram', 'Unspecified')
    try {
        # A leading @ stands for the abstract name space's zero byte.
        $place = [System.Net.Sockets.UnixDomainSocketEndPoint]::new(($env:NOTIFY_SOCKET -replace '^@', "`0"))
        $null = $socket.SendTo([System.Text.Encoding]::UTF8.GetBytes("STATUS=$($Text.ReplaceLineEndings(' '))"), $place)
    }
    catch [System.Net.Sockets.SocketException] {
        Write-Problem 4 "warning: the status of the unit could not be set: $($_.Exception.Message)"
    }
    finally {
        $socket.Dispose()
    }
}

function Write-Result([string] $Text) {
    Write-Step $Text
    Write-UnitStatus $Text
}

try {
    # Without the manifest: the views it loads are for people at a prompt, and cost start-up time.
    $module = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($PSScriptRoot), 'AutoRegister.psm1')
    Import-Module -Name $(if ([System.IO.File]::Exists($module)) { $module } else { 'AutoRegister' }) -Verbose:$false

    & {
        $VerbosePreference = 'Continue'
        Get-SotaConfig -Root $Root |
            New-HsmDeviceKey -Confirm:$false |
            Register-FoundriesDevice -RetryFor $RetryFor -Confirm:$false |
            Export-SotaCredentials -StartOtaClient:($env:START_DAEMON -ne '0') -RemoveApiToken:$RemoveApiToken -ErrorAction Continue -Confirm:$false
    } 2>&1 3>&1 4>&1 | ForEach-Object {
        if ($_ -is [System.Management.Automation.VerboseRecord]) {
            Write-Step $_.Message
        }
        elseif ($_ -is [System.Management.Automation.WarningRecord]) {
            Write-Problem 4 "warning: $($_.Message)"
            Write-UnitStatus $_.Message
        }
        elseif ($_ -is [System.Management.Automation.ErrorRecord]) {
            if ($_.FullyQualifiedErrorId -notmatch '^(OtaClientStartFailed|ApiTokenNotRemoved),') {
                throw $_
            }

            Write-Problem 4 "warning: $($_.Exception.Message) $($_.ErrorDetails.RecommendedAction)"
        }
        elseif ($_.AlreadyRegistered) {
            Write-Result "Already registered: $($_.Name) in factory $($_.Factory)"
        }
        else {
            Write-Result "Registered: $($_.Name) in factory $($_.Factory), certificate $($_.CertificateSerialNumber)"
        }
    }

    exit 0
}
catch {
    $failure = $_
    $problem = "error: $($failure.Exception.Message)"
    if ($failure.ErrorDetails -and $failure.ErrorDetails.RecommendedAction) {
        $problem += " $($failure.ErrorDetails.RecommendedAction)"
    }

    $problem += " [$($failure.FullyQualifiedErrorId.Split(',')[0])]"
    Write-Problem 3 $problem
    Write-UnitStatus $problem
    $sort = if ($failure.Exception.PSObject.Properties['Sort']) { "$($failure.Exception.Sort)" } else { '' }
    exit $(switch ($sort) {
            'TryAgain' { 75 }
            'Refused' { 77 }
            'Configuration' { 78 }
            default { 70 }
        })
}
