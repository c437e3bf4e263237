# Our messages and remedies in the words of lmp-device-register: its options where they name our parameters and files. A remedy that
# still names something this command line does not have gives way to one that does not.

Set-StrictMode -Version Latest

# Our parameters, and what stands for them here.
$Options = @{}

<#
.SYNOPSIS
    Takes from the module's catalogue of settings what our parameters, and the names in the hsm file, are called here.
#>
function Initialize-UpstreamWord {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [object[]] $Setting)

    foreach ($one in $Setting) {
        $option = if ($one.Option) { "--$($one.Option)" } elseif ($one.OwnOption) { "--$($one.OwnOption)" }
        $names = @{}
        if ($option) { $one.Parameter, $one.Said + $one.Aliases | Where-Object { $_ } | ForEach-Object { $names[$_] = $option } }
        if ($one.OffSwitch) { $names[$one.OffSwitch] = "$option 0" }
        if ($one.PathParameter) { $names[$one.PathParameter] = "--$($one.FileOption)" }
        foreach ($name in $names.Keys) { $Options["(\bparameter )?(?<![\w-])-$name(?!\w)"] = $names[$name] }
        if ($option -and $one.FileKey -like 'HSM_*') { $Options["\b$($one.FileKey)\b"] = $option }
    }

    # As the public documentation has it.
    $Options['\bHSM_PI\b'] = '--hsm-pin'
}

# What to do where our own remedy cannot be said here.
$Remedies = @{
    TokenFileMissing       = 'Give --api-token-file a file that is there, or --api-token, or neither to authorise the device in a browser.'
    TagInvalid             = 'Give --tags one tag of letters, digits, ".", "_" and "-", or several with commas between them.'
    TagMissing             = 'Give --tags, or use an image whose os-release has LMP_FACTORY_TAG.'
    HsmSettingMissing      = 'Give --hsm-module, --hsm-pin and --hsm-so-pin, or none of them for a key file.'
    HsmTimeout             = 'Check that the service of the token runs (tee-supplicant, tpm2-abrmd, pcscd), and that --hsm-module names the module that was meant.'
    HsmObjectConflict      = 'Remove it or give it another label and id, or run this with --force 1 to have it replaced.'
    HsmTokenNotFound       = 'Check that the token is present, and that this user may use it.'
    HsmTokenAmbiguous      = 'Leave one token with the label that the message names.'
    HsmPinNotInitialized   = 'Give --hsm-so-pin: with it the user PIN is set.'
    DeviceApiInvalid       = 'Give an absolute https URL as DEVICE_API or OAUTH_BASE.'
    PlainHttpRefused       = 'Use an https URL, or accept that the API token travels in the clear with ALLOW_PLAIN_HTTP=1 in the environment.'
    ApiTokenMissing        = 'Give --api-token or --api-token-file, or run this at a terminal, where a person can authorise the device.'
    ServerUnreachable      = 'Check network, DNS, proxy and DEVICE_API, and run this again.'
    ServerTimeout          = 'Check the network, and run this again.'
    ServerUnavailable      = 'Run this again later.'
    ServerNotTrusted       = 'If the server has a private CA, name its certificate with SSL_CERT_FILE.'
    RegistrationIncomplete = 'Put back what is missing, or run this with --force 1.'
}

# A parameter or a cmdlet of ours, or a file or variable that this command does not read.
$Foreign = '(?<![\w-])-[A-Z]\w+|\b[A-Z][a-z]+-[A-Z]\w+|/etc/sota/|/etc/lmp-device-register-token|\b(USE_HOSTNAME|TOKEN_FILE|HSM_\w+)\b'

<#
.SYNOPSIS
    Says a text of ours in this command line's words.
#>
function ConvertTo-UpstreamWord {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    $said = $Text -creplace '\brun New-HsmDeviceKey -Force\b', 'run this with --force 1' -creplace '(\bNew-HsmDeviceKey )?(?<![\w-])-Force\b', '--force 1'
    foreach ($pattern in $Options.Keys) {
        $said = $said -creplace $pattern, $Options[$pattern]
    }

    # This command sends a request once.
    $said -creplace '^Nothing: the request is repeated', 'Run this again later' -creplace '[;,] the request is repeated', '; then run this again'
}

<#
.SYNOPSIS
    The remedy for an error, as this command line has it.
#>
function Get-UpstreamRemedy {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $ErrorId,
        [AllowEmptyString()] [string] $Remedy = ''
    )

    $said = ConvertTo-UpstreamWord $Remedy
    if ($said -cnotmatch $Foreign) {
        return $said
    }

    if ($Remedies.ContainsKey($ErrorId)) { $Remedies[$ErrorId] } else { '' }
}

Export-ModuleMember -Function Initialize-UpstreamWord, ConvertTo-UpstreamWord, Get-UpstreamRemedy
