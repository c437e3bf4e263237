#requires -Version 7.6
<#
.SYNOPSIS
    A station of a factory line: registers the devices whose serial numbers a scanner types, or those of a list.
.DESCRIPTION
    Without -List it reads serial numbers from standard input, one a line, as a scanner types them; "end", or the end of the
    input, ends the shift. With -List it registers the rows of a CSV file, many at once: a column SerialNumber, and if needed
    Uuid, Root, Tag, Group, TokenLabel, TokenSerial, KeyId.

    Each device has a directory of its own below -Output, named after its serial number (or the image that Root names). A serial
    number that comes again is a device that is registered already, and an interrupted one is continued. Each shift
    leaves a report (CSV) and lines in station.log, both in -Output.

    Exit codes: 0 all registered, 1 some were not, 77 the server refuses the API token, 78 the configuration is wrong,
    130 ended with Ctrl-C.
.PARAMETER Output
    The station's directory: devices, reports, log.
.PARAMETER List
    A CSV file with a column SerialNumber.
.PARAMETER ConfigRoot
    A directory whose etc/sota/hsm, etc/sota/tag, etc/lmp-device-register-token and etc/os-release say what the devices are
    told to be, as on a device. Parameters come first.
.PARAMETER SerialPattern
    What a serial number looks like; what does not match is refused, so that a badly read code registers nothing.
.PARAMETER RetryFor
    How long a server that is away is waited for, such as 2m, or seconds. Without it one that has answered before is waited for as long
    as it takes, and one that never did stops the line at once.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Output,
    [string] $List,
    [string] $ConfigRoot,
    [string] $Factory,
    [string] $Tag,
    [string] $HardwareId,
    [string] $DeviceApi,
    [string] $ApiTokenPath,
    [string] $CaCertificatePath,
    [string] $HsmModule,
    [switch] $NoHsm,
    [switch] $Production,
    [string] $SerialPattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    [ValidateRange(2, 256)] [int] $ThrottleLimit = 32,
    [string] $RetryFor
)

# Nothing is looked for where others may have put something: before the first command.
$env:PSModulePath = "$PSHOME/Modules"
$PSModuleAutoLoadingPreference = 'None'
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name Microsoft.PowerShell.Management, Microsoft.PowerShell.Utility
Import-Module (Join-Path $PSScriptRoot '../AutoRegister.psd1')
Import-Module (Join-Path $PSScriptRoot 'Station.psm1')

# A token that a row names must be there: initialising the next blank one under a misspelt label would look like success. Only a serial
# number says which blank one is meant.
function Assert-Token([AllowEmptyCollection()] [object[]] $Token, [string] $Label, [string] $Serial) {
    $found = @($Token | Where-Object { -not $Serial -or $_.Serial -ceq $Serial })
    if ($Serial -and -not $found) {
        throw "there is no token with the serial number '$Serial'."
    }

    $found = @($found | Where-Object { -not $Label -or $_.Label -ceq $Label -or ($Serial -and $_.State -eq 'Blank') })
    if (-not $found) {
        throw "there is no token with the label '$Label'$(if ($Serial) { " and the serial number '$Serial'" })."
    }

    if ($found.Count -gt 1 -and -not $Serial) {
        throw "there are $($found.Count) tokens with the label '$Label': name one by its TokenSerial."
    }
}

# What judges the values of a row as the cmdlets do, and touches no device.
function Get-RowCheck([hashtable] $Told, [object] $Line) {
    $tokens = @(if ($Line.Hsm) { $Line | Get-HsmToken })
    {
        param($Row)
        $own = @{}
        foreach ($pair in @{ SerialNumber = 'Name'; Uuid = 'Uuid'; Tag = 'Tag'; Group = 'DeviceGroup'; TokenLabel = 'TokenLabel'; TokenSerial = 'TokenSerial' }.GetEnumerator()) {
            if ($Row[$pair.Key]) {
                $own[$pair.Value] = $Row[$pair.Key]
            }
        }

        $all = $Told + @{}
        $own.Keys | ForEach-Object { $all[$_] = $own[$_] }
        (Get-SotaConfig @all).Dispose()
        if ($Row.Root -and -not (Test-Path -LiteralPath $Row.Root -PathType Container)) {
            throw "there is no directory '$($Row.Root)'."
        }

        if ($Row.KeyId -and $Row.KeyId -notmatch '^([0-9A-Fa-f]{2})+$') {
            throw "the KeyId '$($Row.KeyId)' is not hex of two digits or more."
        }

        if ($Row.TokenLabel -or $Row.TokenSerial) {
            Assert-Token -Token $tokens -Label $Row.TokenLabel -Serial $Row.TokenSerial
        }
    }.GetNewClosure()
}

try {
    $station = Open-Station -Path $Output
}
catch {
    $Host.UI.WriteErrorLine("The directory '$Output' cannot be used: $($_.Exception.Message)")
    exit 78
}

try {
    $told = @{}
    foreach ($name in 'Factory', 'Tag', 'HardwareId', 'DeviceApi', 'ApiTokenPath', 'HsmModule', 'NoHsm', 'Production') {
        if ($PSBoundParameters.ContainsKey($name)) {
            $told[$name] = $PSBoundParameters[$name]
        }
    }

    if ($ConfigRoot) {
        $told.Root = $ConfigRoot
    }
    else {
        # Nothing of the station itself is a device's.
        $told.IgnoreDeviceFiles = $true
    }

    $line = Get-SotaConfig @told
    $rows = if ($List) { Read-StationList -Path $List -SerialPattern $SerialPattern -Check (Get-RowCheck $told $line) } else { $null }
    if (-not $line.ApiToken) {
        throw 'There is no API token: give -ApiTokenPath, or a file below -ConfigRoot.'
    }
}
catch {
    Write-StationFailure $station -Text "The configuration is wrong: $($_.Exception.Message)"
    exit 78
}

$register = @{ ThrottleLimit = $ThrottleLimit }
if ($RetryFor) {
    $register.RetryFor = $RetryFor
}

if ($CaCertificatePath) {
    $register.CaCertificatePath = $CaCertificatePath
}

# The whole line for some rows; every device becomes a row of the report, whatever became of it.
function Register-Row([object[]] $Row) {
    $expected = @{ ExpectedCount = $Row.Count }
    $Row | & {
        # One device's error is a row; what stops the line still throws.
        $ErrorActionPreference = 'Continue'
        $input | New-HsmDeviceKey -BaseConfig $line -Path { if (-not $_.Root) { Join-Path $station.Devices $_.SerialNumber } } -ThrottleLimit $ThrottleLimit @expected |
            Register-FoundriesDevice @register @expected |
            Export-SotaCredentials -ThrottleLimit $ThrottleLimit @expected
    } 2>&1 | ConvertTo-DeviceReport | ForEach-Object { Add-StationReport $station -Report $_ }
}

$code = $null
try {
    if ($List) {
        Write-StationLog $station -Text "$(@($rows).Count) devices from '$List'"
        Register-Row $rows
    }
    else {
        Show-StationText "Scan a serial number. 'end' ends the shift."
        while (($serial = Read-ScannerLine) -notin $null, 'end') {
            $serial = $serial.Trim()
            if (-not $serial) {
                continue
            }

            if ($serial -notmatch $SerialPattern) {
                $station.Misread++
                Write-StationFailure $station -Text "NOT A SERIAL NUMBER: $($serial -replace '[^\x20-\x7e]', '?'). Scan again."
                continue
            }

            Register-Row ([pscustomobject]@{ SerialNumber = $serial; Root = '' })
        }
    }

    $code = [int] ($station.Failed -gt 0)
}
catch {
    $id = $_.FullyQualifiedErrorId
    $code = if ($id -match '^ApiToken') { 77 } else { 78 }
    Write-StationFailure $station -Text "THE LINE STOPS. $($_.Exception.Message) $(if ($_.ErrorDetails) { $_.ErrorDetails.RecommendedAction })".TrimEnd()
}
finally {
    Close-Station $station
    $line.Dispose()
    if ($null -eq $code) {
        # After Ctrl-C pwsh itself would end with 0, as if the shift were over.
        [Environment]::Exit(130)
    }
}

exit $code
