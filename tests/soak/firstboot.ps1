<#
.SYNOPSIS
    First boot in a real systemd: a Debian root with the payload as the recipe installs it, booted by systemd-nspawn beside a
    local factory, and looked at the way the documentation does.
.DESCRIPTION
    Ends with a line 'N passed, N failed, N skipped'. Run by './build.sh soak firstboot', as root. The scenarios are in firstboot/.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'The scenarios use them.')]
[CmdletBinding()]
param(
    # How many first boots are ended by a power cut at a random moment.
    [Parameter(Position = 0)] [int] $PowerCuts = 20,

    # Runs only the scenarios whose names have this text in them.
    [Parameter(Position = 1)] [string] $Only = '',

    # An unpacked payload; by default the one './build.sh package' made.
    [Parameter(Position = 2)] [string] $Payload = '',

    [ValidateSet('linux-x64', 'linux-arm64')] [string] $Runtime = 'linux-x64'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. "$PSScriptRoot/../../tools/Common.ps1"
. (Join-Top tools Recipe.ps1)
. (Join-Top tools Packages.ps1)
Import-Module (Join-Top tests support DeviceRig.psm1)
Import-Module (Join-Top tests support NetworkRig.psm1)
Import-Module (Join-Top tests support Guide.psm1)
Import-Module "$PSScriptRoot/support/Container.psm1"

# Each pipe that is read holds a thread of the pool, and the factory's and the container's are read all the time.
$null = [System.Threading.ThreadPool]::SetMinThreads(32, 32)

$architecture = if ($Runtime -eq 'linux-arm64') { 'arm64' } else { 'amd64' }
$libraries = "/usr/lib/$(if ($Runtime -eq 'linux-arm64') { 'aarch64' } else { 'x86_64' })-linux-gnu"
$softHsm = "$libraries/softhsm/libsofthsm2.so"
# A foreign processor is emulated: everything takes its time.
$patience = if ($Runtime -eq (Get-RuntimeIdentifier)) { 180 } else { 900 }
$unitName = 'lmp-device-auto-register.service'
$scratch = Join-Top out soak "firstboot-$Runtime"
$count = @{ passed = 0; failed = 0; skipped = 0; devices = 0 }


. "$PSScriptRoot/firstboot/Device.ps1"
$scenarios = [ordered]@{}
$parts = foreach ($part in 'Registers', 'RealDevices', 'Fails', 'Waits', 'Installs') {
    . "$PSScriptRoot/firstboot/$part.ps1"
}

foreach ($some in @($parts) + @(. "$PSScriptRoot/firstboot/PowerCuts.ps1" $PowerCuts)) {
    foreach ($name in $some.Keys) {
        $scenarios[$name] = $some[$name]
    }
}

if ([Environment]::UserName -ne 'root') {
    Write-Host '[?] first boot: containers need root'
    Write-Host '0 passed, 0 failed, 1 skipped'
    exit 0
}

$reason = if ($Runtime -ne (Get-RuntimeIdentifier)) { Enable-Emulation $Runtime }
if ($reason) {
    Write-Host "[?] first boot on ${Runtime}: $reason"
    Write-Host '0 passed, 0 failed, 1 skipped'
    exit 0
}

Remove-Item $scratch -Recurse -Force -ErrorAction Ignore
$null = New-Item -ItemType Directory $scratch
$base = Get-DebianRoot -Architecture $architecture
$installed = Get-InstalledLayer $Payload
$client = Get-ClientLayer
$factory = Start-RigFactory -Path "$scratch/factory"
# From power on to a registered device; the first scenario measures it.
$bootSeconds = 4
try {
    foreach ($name in $scenarios.Keys) {
        if ($Only -and -not $name.Contains($Only)) {
            continue
        }

        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            $reason = & $scenarios[$name] $factory
            if ($reason) {
                $count.skipped++
                Write-Host "[?] ${name}: $reason"
                continue
            }

            $count.passed++
            Write-Host "[+] $name ($([Math]::Round($watch.Elapsed.TotalSeconds)) s)"
        }
        catch {
            $count.failed++
            Write-Host "[-] $name ($([Math]::Round($watch.Elapsed.TotalSeconds)) s)"
            Write-Host "    $($_.Exception.Message)"
            Write-Host "    $($_.ScriptStackTrace)"
        }
    }
}
finally {
    Stop-RigFactory $factory
}

Write-Host "$($count.passed) passed, $($count.failed) failed, $($count.skipped) skipped"
exit [int] ($count.failed -gt 0 -or $count.passed -eq 0)
