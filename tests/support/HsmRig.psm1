# Devices whose tokens are of the modules of HsmModules.psm1, each token in a directory of its own, and what runs on them.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module "$PSScriptRoot/DeviceRig.psm1"

$LibraryPath = Get-RigPath LibraryPath

# A token nobody has used, as a device root with its hsm file: New-RigDevice with this module.
function New-RigHsmDevice {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [hashtable] $Hsm,
        [Parameter(Mandatory)] [string] $Name,
        [string] $Token = 'token-that-nobody-issued',
        [string] $Pin = (Get-RigPath Pin)
    )

    $root = "$($Hsm.Path)/$Name"
    if (-not $PSCmdlet.ShouldProcess($root, 'Make a device root with a token')) {
        return
    }

    $device = New-RigDevice -Path $root -Token $Token -Hsm "HSM_MODULE='$($Hsm.Module)'`nHSM_PIN='$Pin'`nHSM_SOPIN='$(Get-RigPath SoPin)'`n"
    $device.Hsm = $Hsm
    $device.HsmEnvironment = $Hsm.Environment.Clone()
    $device.Prefix = @()
    switch ($Hsm.Name) {
        'SoftHSM2' { $device.HsmEnvironment.SOFTHSM2_CONF = $device.SoftHsmConf }
        'tpm2-pkcs11' {
            $null = New-Item -ItemType Directory "$root/store" -Force
            $device.HsmEnvironment.TPM2_PKCS11_STORE = "$root/store"
        }
        'NSS' { Add-NssDatabase $device }
    }

    $device
}

# Runs a program as the device would: with its token's environment, and in its namespace where it has one.
function Invoke-RigHsmProcess {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [hashtable] $Device,
        [Parameter(Mandatory, Position = 1)] [string[]] $Command,
        [hashtable] $Factory,
        [hashtable] $Environment = @{},
        [string] $InputText = ''
    )

    $all = $Device.HsmEnvironment.Clone()
    foreach ($key in $Environment.Keys) {
        $all[$key] = $Environment[$key]
    }

    $line = @($Device.Prefix) + $Command
    Invoke-RigProcess $line[0] @($line[1..($line.Count - 1)]) -Environment (Get-RigEnvironment $Device $Factory $all) -InputText $InputText
}

function Invoke-RigHsmWrapper {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Device, [hashtable] $Factory)

    $shell = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $Device.Root, '-RetryFor', '00:00:00'
    Invoke-RigHsmProcess $Device $shell -Factory $Factory
}

# Runs a command in a shell of its own that has the module. -Spy puts OpenSC's spy before the token's module.
function Invoke-RigHsmCommand {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [hashtable] $Device,
        [Parameter(Mandatory)] [string] $Command,
        [hashtable] $Factory,
        [string] $SpyLog
    )

    $environment = @{}
    # A registered device does not look for its API token by itself; -Force needs one.
    $config = "Get-SotaConfig -Root '$($Device.Root)' -ApiTokenPath '$($Device.Root)/etc/lmp-device-register-token'"
    if ($SpyLog) {
        $environment = @{ PKCS11SPY = $Device.Hsm.Module; PKCS11SPY_OUTPUT = $SpyLog }
        $config += " -HsmModule '$LibraryPath/pkcs11-spy.so'"
    }

    $script = "Import-Module '$(Get-RigPath Module)'; `$config = $config; $Command"
    $shell = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $script
    Invoke-RigHsmProcess $Device $shell -Factory $Factory -Environment $environment
}

# pkcs11-tool of OpenSC, which knows nothing of our code; it takes PINs on its command line only, good enough for a test token.
function Invoke-RigHsmTool {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Device, [Parameter(Mandatory)] [string[]] $Argument)

    $run = Invoke-RigHsmProcess $Device (@('pkcs11-tool', '--module', $Device.Hsm.Module) + $Argument)
    if ($run.ExitCode -ne 0) {
        throw "pkcs11-tool $Argument failed: $($run.Error)"
    }

    $run
}

function Add-NssDatabase([hashtable] $Device) {
    $modules = "$($Device.Root)/p11-kit"
    $database = "$($Device.Root)/nss"
    $null = New-Item -ItemType Directory $modules, $database -Force
    Set-Content "$database.pin" (Get-RigPath Pin) -NoNewline
    $made = Invoke-RigProcess certutil @('-N', '-d', "sql:$database", '-f', "$database.pin")
    if ($made.ExitCode -ne 0) {
        throw "certutil failed: $($made.Error)"
    }

    $Device.NssParameter = "configdir='sql:$database' certPrefix='' keyPrefix='' secmod='secmod.db' flags=internalKeySlot dbTokenDescription='aktualizr'"
    Set-Content "$modules/nss.module" "module: $LibraryPath/libsoftokn3.so`nx-init-reserved: $($Device.NssParameter)"
    $Device.Prefix = 'unshare', '--mount', '--', 'sh', '-c', "mount --bind '$modules' $($Device.Hsm.P11KitModules) && exec `"`$@`"", 'sh'
}

Export-ModuleMember -Function '*-RigHsm*'
