#requires -Version 7.6
<#
.SYNOPSIS
    Registers this device with its factory on first boot. This is what lmp-device-auto-register.service runs.
.DESCRIPTION
    Reads /etc/sota/tag, /etc/sota/hsm, /etc/lmp-device-register-token, /etc/os-release and /etc/hostname, and the environment
    variables TOKEN_FILE, APPS, USE_HOSTNAME, RETRY_FOR, DEVICE_FACTORY, PRODUCTION, DEVICE_API, OAUTH_BASE and ALLOW_PLAIN_HTTP.
    Starts the OTA client afterwards, unless START_DAEMON is 0; a failure of that is a warning, the device stays registered.
    Running it again continues an interrupted registration, and is a success on a registered device.

    One line per step on standard output; warnings and errors on standard error; under systemd each with its syslog priority.
    Exit codes (sysexits.h): 0 registered, 75 try again later, 77 refused by the server, 78 wrong configuration,
    70 needs a person, or anything else.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The pipeline uses them, in a block of its own.')]
[CmdletBinding()]
param(
    # The directory all device paths are below: / on the device.
    [string] $Root = '/',

    # How long to repeat what can succeed later before giving up with exit code 75.
    [string] $RetryFor = $(if ($env:RETRY_FOR) { $env:RETRY_FOR } else { '30s' }),

    # Delete the file with the API token once the device is registered; a failure of that is a warning.
    [switch] $RemoveApiToken
)

# Nothing is looked for where others may have put something: before the first command.
$env:PSModulePath = "$PSHOME/Modules"
$PSModuleAutoLoadingPreference = 'None'
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$log = $null

try {
    $module = Import-Module -Name "$PSScriptRoot/../AutoRegister.psd1" -PassThru
    # Not exported: it is for this script alone.
    $log = & $module { Get-Command -Name Out-RegistrationLog }
    exit (& {
            $VerbosePreference = 'Continue'
            Get-SotaConfig -Root $Root |
                New-HsmDeviceKey |
                Register-FoundriesDevice -RetryFor $RetryFor |
                Export-SotaCredentials -StartOtaClient:($env:START_DAEMON -ne '0') -RemoveApiToken:$RemoveApiToken -ErrorAction Continue
        } 2>&1 3>&1 4>&1 | & $log)
}
catch {
    if ($log) {
        exit (& $log $_)
    }

    $Host.UI.WriteErrorLine("error: $_")
    exit 70
}
