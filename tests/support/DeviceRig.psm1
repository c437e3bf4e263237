# A rig for acceptance tests and the demo: device roots in a directory, and a real local factory.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'ProcessRig.psm1')

$Top = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$LibraryPath = "/usr/lib/$(uname -m)-linux-gnu"

# What the device's secrets are in every test: easy to search for, and accepted by every token.
$Rig = @{
    Module      = Join-Path $Top 'out/module/AutoRegister'
    Wrapper     = Join-Path $Top 'out/module/AutoRegister/device/lmp-device-auto-register.ps1'
    FactoryExe  = Join-Path $Top 'out/factory/lmp-factory'
    # What devices get.
    Shell       = Join-Path $Top 'out/host/pwsh'
    LibraryPath = $LibraryPath
    SoftHsm     = "$LibraryPath/softhsm/libsofthsm2.so"
    Pin         = '87654321'
    SoPin       = '12345678'
}

function Get-RigPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [ValidateSet('Module', 'Wrapper', 'FactoryExe', 'Shell', 'LibraryPath', 'SoftHsm', 'Pin', 'SoPin')] [string] $Name)

    $Rig[$Name]
}

# A device's pwsh as an installation has it: the launcher, and the home it gives to who has none. Returns the launcher's path.
function New-RigLauncher {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'In a test''s own folder.')]
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path, [string] $Shell = $Rig.Shell)

    $null = New-Item -ItemType Directory "$Path/home/.cache/powershell", "$Path/home/.local/share/powershell/Modules"
    (Get-Content -Raw "$($Rig.Module)/device/pwsh.in").Replace('@@SHELL@@', $Shell).Replace('@@AUTOREGISTER_DIR@@', $Path) | Set-Content -NoNewline "$Path/pwsh"
    chmod 0755 "$Path/pwsh"
    "$Path/pwsh"
}

# Starts a factory on free loopback ports and waits until it listens.
function Start-RigFactory {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Name = 'acme',
        [string[]] $Argument = @(),
        # The beginning of a command line that starts it elsewhere: in a network name space, say.
        [string[]] $Through = @()
    )

    $ready = "$Path.ready"
    Remove-Item $ready -ErrorAction Ignore
    $line = @($Through) + @($Rig.FactoryExe, 'dev', '--data', $Path, '--factory', $Name, '--ready-file', $ready) + $Argument
    $process = Start-RigProcess $line[0] $line[1..($line.Count - 1)]
    # Nobody reads what it says; an unread pipe would stop it once it is full.
    $output = $process.StandardOutput.ReadToEndAsync()
    $problem = $process.StandardError.ReadToEndAsync()
    $limit = (Get-Date).AddSeconds(60)
    while (-not (Test-Path $ready)) {
        if ($process.HasExited -or (Get-Date) -gt $limit) {
            throw "The factory did not start: $($problem.Result) $($output.Result)"
        }

        Start-Sleep -Milliseconds 20
    }

    $factory = @{ Process = $process; Data = $Path; Name = $Name; Log = $output }
    foreach ($property in (Get-Content $ready -Raw | ConvertFrom-Json).PSObject.Properties) {
        $factory[$property.Name] = $property.Value
    }


    $factory.Token = (Get-Content $factory.tokenFile -Raw).Trim()
    $factory
}

function Stop-RigFactory {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Ends only what Start-RigFactory started.')]
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Factory)

    $Factory.Process.Kill()
    $Factory.Process.WaitForExit()
    $Factory.Process.Dispose()
}

# The factory's ledger, one object a device.
function Get-RigLedger {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Factory)

    $listed = Invoke-RigProcess $Rig.FactoryExe @('devices', 'list', '--data', $Factory.Data, '--json')
    if ($listed.ExitCode -ne 0) {
        throw "The ledger could not be read: $($listed.Error)"
    }

    $listed.Output | ConvertFrom-Json -DateKind String
}

# Makes the root of a device that was never registered, with the five input files.
function New-RigDevice {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Token = 'token-that-nobody-issued',
        [string] $Factory = 'acme',
        [string] $Tag = 'main',
        # The text of /etc/sota/hsm; the default has the name HSM_PI, as the public documentation writes it. Empty: no file.
        [AllowEmptyString()] [string] $Hsm = "HSM_MODULE=`"$($Rig.SoftHsm)`"`nHSM_PI=`"$($Rig.Pin)`"`nHSM_SOPIN=`"$($Rig.SoPin)`"`n"
    )

    if (-not $PSCmdlet.ShouldProcess($Path, 'Make a device root')) {
        return
    }

    $null = New-Item -ItemType Directory "$Path/etc/sota", "$Path/var/lib/softhsm/tokens" -Force
    Set-Content "$Path/etc/lmp-device-register-token" $Token
    chmod 600 "$Path/etc/lmp-device-register-token"
    Set-Content "$Path/etc/sota/tag" $Tag
    Set-Content "$Path/etc/hostname" 'gateway-7'
    Set-Content "$Path/etc/os-release" "ID=lmp`nLMP_MACHINE=`"intel-corei7-64`"`nLMP_FACTORY=`"$Factory`"`nLMP_FACTORY_TAG=`"devel`""
    if ($Hsm) {
        Set-Content "$Path/etc/sota/hsm" $Hsm -NoNewline
        chmod 600 "$Path/etc/sota/hsm"
    }

    Set-Content "$Path/softhsm2.conf" "directories.tokendir = $Path/var/lib/softhsm/tokens"
    @{ Root = $Path; Sota = "$Path/var/sota"; SoftHsmConf = "$Path/softhsm2.conf" }
}

function Get-RigEnvironment {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Device, [hashtable] $Factory, [hashtable] $Environment = @{})

    $all = @{ SOFTHSM2_CONF = $Device.SoftHsmConf }
    if ($Factory) {
        $all.DEVICE_API = $Factory.api
        $all.SSL_CERT_FILE = $Factory.caFile
    }

    foreach ($name in $Environment.Keys) {
        $all[$name] = $Environment[$name]
    }

    $all
}

# Runs a script in the shell that devices have; -Text is written to the file first.
function Invoke-RigScript {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [Parameter(Position = 1)] [string[]] $Argument = @(),
        [string] $Text,
        [hashtable] $Environment = @{},
        [string] $InputText = '',
        [scriptblock] $While
    )

    if ($Text) {
        Set-Content $Path $Text
    }

    Invoke-RigProcess $Rig.Shell (@('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $Path) + $Argument) -Environment $Environment -InputText $InputText -While $While
}

# Runs the wrapper as the unit does.
function Invoke-RigWrapper {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [hashtable] $Device,
        [hashtable] $Factory,
        [hashtable] $Environment = @{},
        [string] $RetryFor = '00:00:00',
        [scriptblock] $While
    )

    Invoke-RigScript $Rig.Wrapper '-Root', $Device.Root, '-RetryFor', $RetryFor `
        -Environment (Get-RigEnvironment $Device -Factory $Factory -Environment $Environment) -While $While
}

# Runs a command in a shell of its own that has the module: a token's settings must be there when the process starts.
function Invoke-RigCommand {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Command,
        [Parameter(Mandatory)] [hashtable] $Device,
        [hashtable] $Factory,
        [hashtable] $Environment = @{}
    )

    $script = "Set-StrictMode -Version Latest; Import-Module '$($Rig.Module)'; $Command"
    Invoke-RigProcess $Rig.Shell @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $script) `
        -Environment (Get-RigEnvironment $Device -Factory $Factory -Environment $Environment)
}

# Asks the gateway who we are, with the key and the certificate in the token, as the OTA client does: what it needs to know is
# what sota.toml says. curl reads its options from standard input, so that the PIN is in no command line.
function Get-RigGatewayAnswer {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Device)

    $toml = Get-Content "$($Device.Sota)/sota.toml" -Raw
    $value = { param($key) [regex]::Match($toml, "(?m)^$key = `"(.*)`"`$").Groups[1].Value }
    $label = (& $value 'label') ? (& $value 'label') : 'aktualizr'
    $uri = "pkcs11:token=$label;pin-value=$(& $value 'pass')"
    $config = "silent`nshow-error`nurl = `"$(& $value 'server')/`"`ncacert = `"$($Device.Sota)/root.crt`"`n" +
    "engine = `"pkcs11`"`nkey-type = `"ENG`"`nkey = `"$uri;id=%$(& $value 'tls_pkey_id');type=private`"`n" +
    "cert-type = `"ENG`"`ncert = `"$uri;id=%$(& $value 'tls_clientcert_id');type=cert`"`n"
    Invoke-RigProcess curl @('--config', '-') -InputText $config `
        -Environment @{ SOFTHSM2_CONF = $Device.SoftHsmConf; PKCS11_MODULE_PATH = (& $value 'module') }
}

# What is in the token, as pkcs11-tool of OpenSC sees it. It takes a PIN on its command line only: good enough for a test token.
function Get-RigTokenObject {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Device, [string] $Label = 'aktualizr')

    $listed = Invoke-RigProcess pkcs11-tool @('--module', $Rig.SoftHsm, '--token-label', $Label, '--pin', $Rig.Pin, '--list-objects') `
        -Environment @{ SOFTHSM2_CONF = $Device.SoftHsmConf }
    if ($listed.ExitCode -ne 0) {
        throw "pkcs11-tool failed: $($listed.Error)"
    }

    $current = $null
    foreach ($line in $listed.Lines) {
        if ($line -match '^(Private Key|Public Key|Certificate) Object; ?(.*)$') {
            if ($current) {
                $current
            }

            $current = [ordered]@{ Class = $Matches[1]; Kind = $Matches[2].Trim(); label = ''; ID = ''; Usage = ''; Access = ''; subject = '' }
        }
        elseif ($current -and $line -match '^\s+(label|ID|Usage|Access|subject):\s*(.*)$') {
            $current[$Matches[1]] = $Matches[2].Trim()
        }
    }

    if ($current) {
        $current
    }
}

Export-ModuleMember -Function '*-Rig*'
