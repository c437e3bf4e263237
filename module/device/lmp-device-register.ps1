#requires -Version 7.6
# A drop-in for lmp-device-register: its options, its sentences, its exit codes (0, and 255 for any failure), on our cmdlets.
# Use --help. A secret in a command line is seen by every user of the machine; the options that end in -file are not.

# Nothing is looked for where others may have put something: before the first command.
$env:PSModulePath = "$PSHOME/Modules"
$PSModuleAutoLoadingPreference = 'None'
Import-Module -Name Microsoft.PowerShell.Management, Microsoft.PowerShell.Utility
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Write-Line([string] $Text) { Write-Host $Text }
# Not by the shell, which would colour it: scripts look for upstream's sentences.
function Write-Problem([string] $Text) { [Console]::Error.WriteLine($Text) }

# What stands after -File, as it was typed: PowerShell itself would take "-nx:y" for a parameter with an argument.
function Get-RawArgument([object[]] $Parsed) {
    $line = [Environment]::GetCommandLineArgs()
    for ($i = 2; $i -lt $line.Count; $i++) {
        if ($line[$i - 1] -match '^--?f(i(l(e)?)?)?$' -and (Split-Path -Leaf $line[$i]) -ceq (Split-Path -Leaf $PSCommandPath)) {
            return $(if ($i + 1 -lt $line.Count) { $line[($i + 1)..($line.Count - 1)] })
        }
    }

    $Parsed
}

function ConvertTo-Secret([string] $Text) { [System.Net.NetworkCredential]::new('', $Text).SecurePassword }

# A file's only line: what an editor adds to it is not part of a PIN.
function Read-Secret([string] $Path) { ConvertTo-Secret ("$(Get-Content -LiteralPath $Path -Raw)".TrimEnd([char[]]"`r`n")) }

# What each option says, for the parameter that the catalogue of settings has for it.
function Get-ConfigParameter([hashtable] $Option, [object[]] $Setting) {
    $parameters = @{
        IgnoreDeviceFiles   = $true
        DeviceAuthorization = -not ($Option['api-token'] -or $Option['api-token-file'] -or $env:JOURNAL_STREAM)
    }
    foreach ($one in $Setting | Where-Object { $_.Option -or $_.OwnOption }) {
        $value = $Option[$one.Option ? $one.Option : $one.OwnOption]
        if ($one.OffSwitch) { $parameters[$one.OffSwitch] = -not $value }
        elseif ($one.Kind -eq 'Flag') { $parameters[$one.Parameter] = $value }
        # Upstream takes an empty text for an option that was not given, where it has no default.
        elseif ($value -or $one.Default) { $parameters[$one.Parameter] = if ($one.Kind -eq 'Secret') { ConvertTo-Secret $value } else { $value } }

        $file = if ($one.FileOption) { $Option[$one.FileOption] }
        if ($file -and $one.PathParameter) { $parameters[$one.PathParameter] = $file }
        elseif ($file) { $parameters[$one.Parameter] = Read-Secret $file }
    }

    # These it takes otherwise: an empty factory is none, and lists of apps are split here.
    if ($Option.ContainsKey('factory')) { $parameters.Factory = $Option.factory }
    if ($Option['apps']) { $parameters.App = $Option.apps.Split(',') }
    $parameters.Remove('RestorableApp')
    if ($Option['restorable-apps'] -ne ' ') { $parameters.RestorableApp = $Option['restorable-apps'].Split(',', [StringSplitOptions]::RemoveEmptyEntries) }
    $parameters
}

# Options that contradict a registration are an error already; so are variables of the environment here, as upstream has it.
$contradicted = $false
function Test-Contradiction([object] $Key) {
    $script:contradicted = [bool] @($Key.Differences | Where-Object { $_.Source.Kind -eq 'Environment' })
    $script:contradicted
}

function Get-RegisteredSentence {
    "ERROR: Device already registered in $($option['sota-dir'])`nRe-run with --force 1 to remove existing registration data"
}

# A PIN that came from a file is corrected there.
function ConvertTo-GivenOption([string] $Text) {
    foreach ($name in 'hsm-pin', 'hsm-so-pin') {
        if ($option["$name-file"]) { $Text = $Text -creplace "--$name(?![\w-])", "--$name-file" }
    }

    $Text
}

# Upstream's sentence for a failure, which scripts look for, and ours below it.
function Write-Failure([System.Management.Automation.ErrorRecord] $Failure) {
    $id = $Failure.FullyQualifiedErrorId.Split(',')[0]
    $answer = if ($Failure.Exception.PSObject.Properties['ServerAnswer']) { $Failure.Exception.ServerAnswer }
    $sentence = switch -Wildcard ($id) {
        'FactoryMissing' { 'Missing factory definition' }
        'TagMissing' { 'Missing tag definition' }
        'UuidInvalid' { "Invalid UUID: $($option.uuid), aborting" }
        'OtaClientRunning' { 'ERROR: aktualizr-lite already running' }
        'Hsm*' { 'HSM incorrectly configured' }
        { $_ -cin 'RegistrationIncomplete', 'AlreadyRegistered' } { Get-RegisteredSentence }
        'SotaDirectoryUnusable' { "Unable to write to $($option['sota-dir'])" }
    }
    if ($sentence) { Write-Problem $sentence }
    if ($answer) {
        $what = if ("$($Failure.TargetObject)" -like '*/authorization/device/') { 'device authorization request' } else { 'device' }
        Write-Problem "Unable to create ${what}: HTTP_$($answer.Status)"
        foreach ($words in $answer.Words) { Write-Problem $words }
    }

    $message = ConvertTo-UpstreamWord $Failure.Exception.Message
    $remedy = if ($Failure.ErrorDetails) { Get-UpstreamRemedy -ErrorId $id -Remedy $Failure.ErrorDetails.RecommendedAction }
    Write-Problem "$(ConvertTo-GivenOption (@($message; $remedy) -ne '' -join ' ')) [$id]"
}

try {
    Import-Module -Name "$PSScriptRoot/UpstreamOptions.psm1" -Verbose:$false
    Import-Module -Name "$PSScriptRoot/UpstreamWords.psm1" -Verbose:$false
    $option = Read-UpstreamCommandLine @(Get-RawArgument $args)
}
catch [System.ArgumentException] {
    Write-Line "ERROR: $($_.Exception.Message)`n`n$(Get-UpstreamUsage)"
    exit 255
}
catch {
    Write-Problem "ERROR: $($_.Exception.Message)"
    exit 255
}

if ($option.ContainsKey('help')) {
    Write-Line (Get-UpstreamUsage)
    exit 255
}

try {
    if ($option['tags'] -eq '') {
        Write-Problem 'Missing tag definition'
        exit 255
    }

    $module = Import-Module -Name "$PSScriptRoot/../AutoRegister.psd1" -PassThru -Verbose:$false
    # Not exported: it is for this script alone.
    $settings = @(& (& $module { Get-Command -Name Get-SettingDefinition }))
    Initialize-UpstreamWord $settings
    $parameters = Get-ConfigParameter $option $settings
    & {
        $VerbosePreference = 'Continue'
        Get-SotaConfig @parameters |
            ForEach-Object { Write-Line "Using DEVICE_API: $($_.DeviceApi)"; $_ } |
            New-HsmDeviceKey -Force:$option.force -Confirm:$false |
            Where-Object { -not (Test-Contradiction $_) } |
            Register-FoundriesDevice -Confirm:$false |
            Export-SotaCredentials -StartOtaClient:$option['start-daemon'] -ErrorAction Continue -Confirm:$false
    } 2>&1 3>&1 4>&1 6>&1 | ForEach-Object {
        switch ($_) {
            { $_ -is [System.Management.Automation.ErrorRecord] } {
                if ($_.FullyQualifiedErrorId -notlike 'OtaClientStartFailed,*') { throw $_ }
                Write-Problem $_.Exception.Message
            }
            { $_ -is [System.Management.Automation.WarningRecord] } { Write-Problem (ConvertTo-GivenOption (ConvertTo-UpstreamWord $_.Message)) }
            { $_ -is [System.Management.Automation.VerboseRecord] } { Write-Line $_.Message }
            { $_ -is [System.Management.Automation.InformationRecord] } { Write-Line "$($_.MessageData)" }
        }
    }

    if ($contradicted) {
        Write-Problem (Get-RegisteredSentence)
        exit 255
    }

    exit 0
}
catch {
    Write-Failure $_
    exit 255
}
