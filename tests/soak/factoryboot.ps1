<#
.SYNOPSIS
    The factory server's Debian package in a real systemd: installed, started with its secrets as credentials, used, reloaded, drained,
    upgraded and removed, in a Debian root that systemd-nspawn boots.
.DESCRIPTION
    Ends with a line 'N passed, N failed, N skipped'. Run by './build.sh soak factoryboot', as root. What comes first is needed by
    what comes after it; the scenarios are in factoryboot/.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'The scenarios use them.')]
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. "$PSScriptRoot/../../tools/Common.ps1"
Import-Module (Join-Top tests support DeviceRig.psm1)
Import-Module (Join-Top tests support NetworkRig.psm1)
Import-Module (Join-Top tests support ServerRig.psm1)
Import-Module (Join-Top tests support Guide.psm1)
Import-Module "$PSScriptRoot/support/Container.psm1"

# Each pipe that is read holds a thread of the pool, and the container's are read all the time.
$null = [System.Threading.ThreadPool]::SetMinThreads(16, 16)

if ([Environment]::UserName -ne 'root') {
    Write-Host '[?] factory server: containers need root'
    Write-Host '0 passed, 0 failed, 1 skipped'
    exit 0
}

$unitName = 'lmp-factory.service'
$scratch = Join-Top out soak factoryboot
Remove-Item $scratch -Recurse -Force -ErrorAction Ignore
$null = New-Item -ItemType Directory "$scratch/journal/var/log/journal"
$package = @(Get-ChildItem (Join-Top out package) -File -Filter 'lmp-factory_*_amd64.deb')[0]
$pki = New-RigPki "$scratch/pki"
$port, $estPort, $screenPort = (Get-RigFreePort), (Get-RigFreePort), (Get-RigFreePort)
$server = Mount-Device -Path "$scratch/server" -Lower "$scratch/journal", (Get-DebianRoot)
$count = @{ passed = 0; failed = 0; skipped = 0 }

. "$PSScriptRoot/factoryboot/Server.ps1"
$scenarios = [ordered]@{}
foreach ($part in 'Installs', 'Serves', 'Leaves') {
    $some = . "$PSScriptRoot/factoryboot/$part.ps1"
    foreach ($name in $some.Keys) {
        $scenarios[$name] = $some[$name]
    }
}

try {
    Enter-Device $server
    $null = Wait-DeviceUnit $server -Unit multi-user.target -Until { param($unit) $unit.ActiveState -eq 'active' }
    foreach ($name in $scenarios.Keys) {
        if ($count.failed) {
            $count.skipped++
            Write-Host "[?] ${name}: what comes before it failed"
            continue
        }

        try {
            & $scenarios[$name]
            $count.passed++
            Write-Host "[+] $name"
        }
        catch {
            $count.failed++
            Write-Host "[-] $name"
            Write-Host "    $($_.Exception.Message)"
            Write-Host "    $($_.ScriptStackTrace)"
            Get-DeviceJournal $server $unitName | Select-Object -Last 20 | ForEach-Object { Write-Host "    $_" }
        }
    }
}
finally {
    Dismount-Device $server
}

Write-Host "$($count.passed) passed, $($count.failed) failed, $($count.skipped) skipped"
exit [int] ($count.failed -gt 0 -or $count.passed -eq 0)
