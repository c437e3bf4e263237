# A rig for acceptance tests and the demo: device roots in a directory, and a real local factory. Runs in pwsh and in the engine
# alone.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, 'ProcessRig.psm1'))

$Top = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
$OnArm = [System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64'
$LibraryPath = if ($OnArm) { '/usr/lib/aarch64-linux-gnu' } else { '/usr/lib/x86_64-linux-gnu' }

# What the device's secrets are in every test: easy to search for, and accepted by every token.
$Rig = @{
    Module      = [System.IO.Path]::Combine($Top, 'out', 'module', 'AutoRegister')
    Wrapper     = [System.IO.Path]::Combine($Top, 'out', 'module', 'AutoRegister', 'device', 'lmp-device-auto-register.ps1')
    FactoryExe  = [System.IO.Path]::Combine($Top, 'out', 'factory', 'lmp-factory')
    # What devices get, and what starts fastest.
    Shell       = [System.IO.Path]::Combine($Top, 'out', 'host', 'pwsh')
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

# Starts a factory on free loopback ports and waits until it listens.
function Start-RigFactory {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Name = 'acme',
        [string[]] $Argument = @()
    )

    $ready = "$Path.ready"
    [System.IO.File]::Delete($ready)
    $process = Start-RigProcess $Rig.FactoryExe (@('--data', $Path, '--factory', $Name, '--ready-file', $ready) + $Argument)
    # Nobody reads what it says; an unread pipe would stop it once it is full.
    $output = $process.StandardOutput.ReadToEndAsync()
    $problem = $process.StandardError.ReadToEndAsync()
    $limit = [DateTime]::UtcNow.AddSeconds(60)
    while (-not [System.IO.File]::Exists($ready)) {
        if ($process.HasExited -or [DateTime]::UtcNow -gt $limit) {
            throw "The factory did not start: $($problem.Result) $($output.Result)"
        }

        [System.Threading.Thread]::Sleep(20)
    }

    $document = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText($ready))
    $factory = @{ Process = $process; Data = $Path; Name = $Name; Log = $output }
    foreach ($property in $document.RootElement.EnumerateObject()) {
        $factory[$property.Name] = $property.Value.ToString()
    }

    $factory.Token = [System.IO.File]::ReadAllText($factory.tokenFile).Trim()
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

    $listed = Invoke-RigProcess $Rig.FactoryExe @('list', '--data', $Factory.Data, '--json')
    if ($listed.ExitCode -ne 0) {
        throw "The ledger could not be read: $($listed.Error)"
    }

    $document = [System.Text.Json.JsonDocument]::Parse($listed.Output)
    foreach ($device in $document.RootElement.EnumerateArray()) {
        $row = [ordered]@{}
        foreach ($property in $device.EnumerateObject()) {
            $row[$property.Name] = $property.Value.ToString()
        }

        [pscustomobject] $row
    }
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

    $ownerOnly = [System.IO.UnixFileMode]'UserRead, UserWrite'
    $null = [System.IO.Directory]::CreateDirectory("$Path/etc/sota")
    $null = [System.IO.Directory]::CreateDirectory("$Path/var/lib/softhsm/tokens")
    [System.IO.File]::WriteAllText("$Path/etc/lmp-device-register-token", "$Token`n")
    [System.IO.File]::SetUnixFileMode("$Path/etc/lmp-device-register-token", $ownerOnly)
    [System.IO.File]::WriteAllText("$Path/etc/sota/tag", "$Tag`n")
    [System.IO.File]::WriteAllText("$Path/etc/hostname", "gateway-7`n")
    [System.IO.File]::WriteAllText("$Path/etc/os-release", "ID=lmp`nLMP_MACHINE=`"intel-corei7-64`"`nLMP_FACTORY=`"$Factory`"`nLMP_FACTORY_TAG=`"devel`"`n")
    if ($Hsm) {
        [System.IO.File]::WriteAllText("$Path/etc/sota/hsm", $Hsm)
        [System.IO.File]::SetUnixFileMode("$Path/etc/sota/hsm", $ownerOnly)
    }

    [System.IO.File]::WriteAllText("$Path/softhsm2.conf", "directories.tokendir = $Path/var/lib/softhsm/tokens`n")
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

    $wrapper = @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $Rig.Wrapper, '-Root', $Device.Root, '-RetryFor', $RetryFor)
    Invoke-RigProcess $Rig.Shell $wrapper -Environment (Get-RigEnvironment $Device -Factory $Factory -Environment $Environment) -While $While
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

    $toml = [System.IO.File]::ReadAllText("$($Device.Sota)/sota.toml")
    $value = { param($key) [regex]::Match($toml, "(?m)^$key = `"(.*)`"`$").Groups[1].Value }
    $uri = "pkcs11:token=aktualizr;pin-value=$(& $value 'pass')"
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
