<#
.SYNOPSIS
    First boot in a real systemd: a Debian root with the payload as the recipe installs it, booted by systemd-nspawn beside a
    local factory, and looked at the way the documentation does.
.DESCRIPTION
    Ends with a line 'N passed, N failed, N skipped'. Run by './build.sh soak firstboot', as root.
#>
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

. ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../tools/Common.ps1"))
. (Join-Top tools Recipe.ps1)
Import-Module (Join-Top tests support DeviceRig.psm1)
Import-Module "$PSScriptRoot/support/Container.psm1"

# Each pipe that is read holds a thread of the pool, and the factory's and the container's are read all the time.
$null = [System.Threading.ThreadPool]::SetMinThreads(32, 32)

$architecture = if ($Runtime -eq 'linux-arm64') { 'arm64' } else { 'amd64' }
$softHsm = if ($Runtime -eq 'linux-arm64') { '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so' } else { '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so' }
# A foreign processor is emulated: everything takes its time.
$patience = if ($Runtime -eq (Get-RuntimeIdentifier)) { 180 } else { 900 }
$unitName = 'lmp-device-auto-register.service'
$scratch = Join-Top out soak firstboot
$count = @{ passed = 0; failed = 0; skipped = 0; devices = 0 }

function Assert-That([bool] $Condition, [string] $What) {
    if (-not $Condition) {
        throw $What
    }
}

# The payload and the stand-in client, as an image has them, below every device.
function Get-InstalledLayer {
    $installed = "$scratch/installed"
    if (-not $Payload) {
        $tarball = @([System.IO.Directory]::GetFiles((Join-Top out package), "autoregister-*-$Runtime.tar.xz"))[0]
        $null = [System.IO.Directory]::CreateDirectory("$scratch/unpacked")
        $null = Invoke-Checked tar @('--extract', '--file', $tarball, '--directory', "$scratch/unpacked")
        $script:Payload = @([System.IO.Directory]::GetDirectories("$scratch/unpacked"))[0]
    }

    Install-Recipe -Unpacked ([System.IO.Path]::GetDirectoryName($Payload)) -Destination $installed -Runtime $Runtime
    # Debian 12 has systemd 252, which does not know these settings.
    [System.IO.File]::Delete("$installed/usr/lib/systemd/system/$unitName.d/restart-steps.conf")
    $client = "$PSScriptRoot/support/device"
    $null = Invoke-Checked install @('-m', '0755', "$client/aktualizr-lite", "$installed/usr/bin/aktualizr-lite")
    $null = Invoke-Checked install @('-m', '0644', "$client/aktualizr-lite.service", "$installed/usr/lib/systemd/system/")
    foreach ($unit in $unitName, 'aktualizr-lite.service') {
        $null = [System.IO.Directory]::CreateDirectory("$installed/etc/systemd/system/multi-user.target.wants")
        $null = [System.IO.File]::CreateSymbolicLink("$installed/etc/systemd/system/multi-user.target.wants/$unit", "/usr/lib/systemd/system/$unit")
    }

    $null = [System.IO.Directory]::CreateDirectory("$installed/var/log/journal")
    $installed
}

# A device that was never on, with what a person puts into it.
function Add-Device {
    param(
        [hashtable] $Factory,
        [string] $Token = $Factory.Token,
        [string] $Hsm = "HSM_MODULE=`"$softHsm`"`nHSM_PIN=`"87654321`"`nHSM_SOPIN=`"12345678`"`n",
        [string] $Api = $Factory.api
    )

    $count.devices++
    $name = "device-$($count.devices)"
    $device = Mount-Device -Path "$scratch/$name" -Lower $installed, $base
    $device.Name = $name
    $etc = "$($device.Root)/etc"
    $null = [System.IO.Directory]::CreateDirectory("$etc/sota")
    [System.IO.File]::WriteAllText("$etc/lmp-device-register-token", "$Token`n")
    [System.IO.File]::WriteAllText("$etc/sota/tag", "main`n")
    [System.IO.File]::WriteAllText("$etc/sota/hsm", $Hsm)
    [System.IO.File]::WriteAllText("$etc/hostname", "$name`n")
    [System.IO.File]::WriteAllText("$etc/machine-id", "$([guid]::NewGuid().ToString('n'))`n")
    [System.IO.File]::Delete("$etc/os-release")
    [System.IO.File]::WriteAllText("$etc/os-release", "ID=lmp`nLMP_MACHINE=intel-corei7-64`nLMP_FACTORY=acme`nLMP_FACTORY_TAG=devel`n")
    [System.IO.File]::Copy($Factory.caFile, "$etc/factory-ca.pem")
    $null = [System.IO.Directory]::CreateDirectory("$etc/systemd/system/$unitName.d")
    [System.IO.File]::WriteAllText("$etc/systemd/system/$unitName.d/factory.conf", "[Service]`nEnvironment=DEVICE_API=$Api SSL_CERT_FILE=/etc/factory-ca.pem USE_HOSTNAME=1`n")
    $device
}

# Where the factory answers, the unit is not started again: a second start is as wrong as a failure.
$ended = { param($unit) $unit.ActiveState -in 'active', 'failed' -or $unit.NRestarts -notin '', '0' }

function Assert-Registered([hashtable] $Device, [hashtable] $Factory) {
    $unit = Wait-DeviceUnit $Device -Until $ended -Seconds $patience
    $journal = (Get-DeviceJournal $Device) -join "`n"
    Assert-That ($unit.ActiveState -eq 'active' -and $unit.SubState -eq 'exited') "The unit is $($unit.ActiveState) ($($unit.SubState)):`n$journal"
    $rows = @(Get-RigLedger $Factory | Where-Object name -EQ $Device.Name)
    Assert-That ($rows.Count -eq 1) "The ledger has $($rows.Count) devices '$($Device.Name)'"
    $null = Wait-DeviceUnit $Device -Unit aktualizr-lite.service -Until { [System.IO.File]::Exists("$($Device.Sota)/sql.db") } -Seconds ($patience / 3)
    $answer = (Invoke-Device $Device cat /run/gateway-answer).Output
    Assert-That ($answer.Contains($rows[0].uuid)) "The gateway saw another device than $($rows[0].uuid): $answer"
}

function Assert-Failed([hashtable] $Device, [string] $Code, [string] $Id) {
    $unit = Wait-DeviceUnit $Device -Until $ended -Seconds $patience
    Assert-That ($unit.ActiveState -eq 'failed') "The unit is $($unit.ActiveState) instead of failed"
    Assert-That ($unit.ExecMainStatus -eq $Code) "The exit code is $($unit.ExecMainStatus)"
    Assert-That ($unit.StatusText -match "^error: .*\[$Id\]$") "The status line is '$($unit.StatusText)'"
    [System.Threading.Thread]::Sleep(5000)
    $later = Get-DeviceUnit $Device
    Assert-That ($later.ActiveState -eq 'failed' -and $later.NRestarts -eq '0') "It was started again: $($later.ActiveState), $($later.NRestarts) restarts"
}

# A port that accepts and answers 503, as a load balancer does before the servers behind it are up.
function Open-Unavailable([int] $Port, [string] $Folder) {
    $null = Invoke-Checked openssl @('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
        '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$Folder/unavailable.key", '-out', "$Folder/unavailable.pem")
    [System.IO.File]::WriteAllText("$Folder/unavailable.http", "HTTP/1.1 503 Service Unavailable`r`nContent-Length: 0`r`nConnection: close`r`n`r`n")
    # -HTTP sends the file a client asks for as it is; every path a device asks for is this one.
    $null = [System.IO.Directory]::CreateDirectory("$Folder/ota/devices")
    $process = Start-RigProcess sh @('-c', "cd '$Folder' && exec openssl s_server -quiet -accept 127.0.0.1:$Port -cert unavailable.pem -key unavailable.key -HTTP")
    $process
}

$scenarios = [ordered]@{
    'registers on its first boot, as the documentation shows it'       = {
        param($factory)
        $device = Add-Device $factory
        try {
            Enter-Device $device
            Assert-Registered $device $factory
            $listed = (Invoke-Device $device @('sh', '-c', 'systemctl list-unit-files | grep enabled | grep lmp-device-auto-register')).Output
            Assert-That ($listed -match 'lmp-device-auto-register\.service\s+enabled') "list-unit-files says: $listed"
            $status = (Invoke-Device $device systemctl status lmp-device-auto-register).Output
            foreach ($part in 'Loaded: loaded \(/lib/systemd/system/lmp-device-auto-register\.service; enabled|Loaded: loaded \(/usr/lib/systemd/system/lmp-device-auto-register\.service; enabled',
                'Active: active \(exited\)', 'status=0/SUCCESS', 'Status: "Registered: device-') {
                Assert-That ($status -match $part) "systemctl status lacks '$part':`n$status"
            }

            $active = (Invoke-Device $device systemctl is-active aktualizr-lite).Output.Trim()
            Assert-That ($active -eq 'active') "The OTA client is $active"

            $journal = (Get-DeviceJournal $device -Format json) -join "`n"
            foreach ($secret in $factory.Token, '87654321', '12345678', 'NamedPipe', 'Host Application') {
                Assert-That (-not $journal.Contains($secret)) "The journal has '$secret' in it"
            }

            $unit = Get-DeviceUnit $device
            $took = ([long] $unit.ExecMainExitTimestampMonotonic - [long] $unit.ExecMainStartTimestampMonotonic) / 1000
            $boot = ([long] $unit.ExecMainExitTimestampMonotonic - [long] (Get-DeviceUnit $device sysinit.target).ConditionTimestampMonotonic) / 1000
            Write-Line "      the script ran for $([Math]::Round($took)) ms; registered $([Math]::Round($boot)) ms after the boot began"
            (Get-DeviceJournal $device) | ForEach-Object { Write-Line "      | $_" }
            $status.Split("`n") | ForEach-Object { Write-Line "      $_" }

            Exit-Device $device
            Enter-Device $device
            $second = Wait-DeviceUnit $device -Until { param($unit) $unit.ConditionTimestampMonotonic -ne '0' } -Seconds $patience
            Assert-That ($second.ConditionResult -eq 'no' -and $second.ActiveState -eq 'inactive') "The second boot did not skip it: $($second.ActiveState)"
        }
        finally {
            Dismount-Device $device
        }
    }
    'runs in the unit it ships, which exposes at most 2.5'             = {
        $null = Invoke-Checked systemd-analyze @('security', '--offline=true', '--threshold=25', "$installed/usr/lib/systemd/system/$unitName")
    }
    'fails once with a wrong token and says what to do'                = {
        param($factory)
        $device = Add-Device $factory -Token 'no-such-token'
        try {
            Enter-Device $device
            Assert-Failed -Device $device -Code 77 -Id ApiTokenRejected
            Assert-That (-not [System.IO.File]::Exists("$($device.Sota)/sota.toml")) 'There is a sota.toml'
        }
        finally {
            Dismount-Device $device
        }
    }
    'fails once without HSM_SOPIN, and writes nothing'                 = {
        param($factory)
        $device = Add-Device $factory -Hsm "HSM_MODULE=`"$softHsm`"`nHSM_PIN=`"87654321`"`n"
        try {
            Enter-Device $device
            Assert-Failed -Device $device -Code 78 -Id HsmSettingMissing
            $left = @([System.IO.Directory]::GetFileSystemEntries($device.Sota))
            Assert-That ($left.Count -eq 0) "There is $left"
            Assert-That (@([System.IO.Directory]::GetFileSystemEntries("$($device.Root)/var/lib/softhsm/tokens")).Count -eq 0) 'There is a token'
        }
        finally {
            Dismount-Device $device
        }
    }
    'takes PINs and token from credentials'                            = {
        param($factory)
        $device = Add-Device $factory -Token 'no-such-token' -Hsm "HSM_MODULE=`"$softHsm`"`n"
        try {
            $store = "$($device.Root)/etc/credstore"
            $null = [System.IO.Directory]::CreateDirectory($store)
            [System.IO.File]::WriteAllText("$store/lmp-device-auto-register.api-token", $factory.Token)
            [System.IO.File]::WriteAllText("$store/lmp-device-auto-register.hsm-pin", '87654321')
            [System.IO.File]::WriteAllText("$store/lmp-device-auto-register.hsm-so-pin", '12345678')
            Enter-Device $device
            Assert-Registered $device $factory
        }
        finally {
            Dismount-Device $device
        }
    }
    'waits for a network that comes up 60 s late'                      = {
        # Its own network; the factory is at the other end of a cable that is plugged in later.
        $null = Invoke-Checked ip @('netns', 'add', 'ar-firstboot')
        $null = Invoke-Checked ip @('link', 'add', 'ar-host', 'type', 'veth', 'peer', 'name', 'ar-device')
        $far = $null
        $device = $null
        try {
            $null = Invoke-Checked ip @('address', 'add', '192.168.213.1/30', 'dev', 'ar-host')
            $null = Invoke-Checked ip @('link', 'set', 'ar-host', 'up')
            $far = Start-RigFactory -Path "$scratch/far" -Argument @('--address', '192.168.213.1')
            $device = Add-Device $far
            Enter-Device $device -Network ar-firstboot
            [System.Threading.Thread]::Sleep(60000)
            $waiting = Get-DeviceUnit $device
            Assert-That ($waiting.ActiveState -eq 'activating') "Without a network the unit is $($waiting.ActiveState)"
            $null = Invoke-Checked ip @('link', 'set', 'ar-device', 'netns', 'ar-firstboot')
            $null = Invoke-Checked ip @('-n', 'ar-firstboot', 'address', 'add', '192.168.213.2/30', 'dev', 'ar-device')
            $null = Invoke-Checked ip @('-n', 'ar-firstboot', 'link', 'set', 'ar-device', 'up')
            Assert-Registered $device $far
        }
        finally {
            if ($device) {
                Dismount-Device $device
            }

            if ($far) {
                Stop-RigFactory $far
            }

            $null = Invoke-Checked ip @('link', 'delete', 'ar-host')
            $null = Invoke-Checked ip @('netns', 'delete', 'ar-firstboot')
        }
    }
    'waits for a factory that answers 503 for a minute'                = {
        $near = Start-RigFactory -Path "$scratch/near"
        $port = ([uri] $near.api).Port
        Stop-RigFactory $near
        $unavailable = Open-Unavailable $port $scratch
        $device = $null
        try {
            $device = Add-Device $near
            [System.IO.File]::AppendAllText("$($device.Root)/etc/factory-ca.pem", [System.IO.File]::ReadAllText("$scratch/unavailable.pem"))
            [System.IO.File]::Copy("$scratch/unavailable.http", "$scratch/ota/devices/index", $true)
            Enter-Device $device
            [System.Threading.Thread]::Sleep(60000)
            $waiting = Get-DeviceUnit $device
            Assert-That ($waiting.ActiveState -eq 'activating') "The unit is $($waiting.ActiveState)"
            $unavailable.Kill()
            $unavailable.WaitForExit()
            $near = Start-RigFactory -Path "$scratch/near" -Argument @('--api-port', "$port")
            Assert-Registered $device $near
        }
        finally {
            if (-not $unavailable.HasExited) {
                $unavailable.Kill()
            }

            if ($device) {
                Dismount-Device $device
            }

            if (-not $near.Process.HasExited) {
                Stop-RigFactory $near
            }
        }
    }
}

for ($number = 1; $number -le $PowerCuts; $number++) {
    $scenarios["comes through a power cut at a random moment, $number of $PowerCuts"] = {
        param($factory)
        $device = Add-Device $factory
        try {
            $after = [Random]::Shared.Next(300, [int] (1000 * $bootSeconds))
            Enter-Device $device
            [System.Threading.Thread]::Sleep($after)
            Disconnect-DevicePower $device
            $left = if ([System.IO.Directory]::Exists("$($device.Sota)")) {
                @([System.IO.Directory]::GetFileSystemEntries($device.Sota, '*', 'AllDirectories') | ForEach-Object { [System.IO.Path]::GetRelativePath($device.Sota, $_) }) -join ' '
            }
            else {
                'nothing'
            }

            Write-Line "      cut after $after ms; in /var/sota: $left"
            Enter-Device $device
            if ([System.IO.File]::Exists("$($device.Sota)/sql.db")) {
                $null = Wait-DeviceUnit $device -Until { param($unit) $unit.ConditionResult -eq 'no' -and $unit.ConditionTimestampMonotonic -ne '0' } -Seconds $patience
                $rows = @(Get-RigLedger $factory | Where-Object name -EQ $device.Name)
                Assert-That ($rows.Count -eq 1) "The ledger has $($rows.Count) devices '$($device.Name)'"
            }
            else {
                Assert-Registered $device $factory
            }
        }
        finally {
            Dismount-Device $device
        }
    }.GetNewClosure()
}

if ([Environment]::UserName -ne 'root') {
    Write-Line '[?] first boot: containers need root'
    Write-Line '0 passed, 0 failed, 1 skipped'
    exit 0
}

if ([System.IO.Directory]::Exists($scratch)) {
    [System.IO.Directory]::Delete($scratch, $true)
}

$null = [System.IO.Directory]::CreateDirectory($scratch)
$base = Get-DebianRoot -Architecture $architecture
$installed = Get-InstalledLayer
$factory = Start-RigFactory -Path "$scratch/factory"
# Most of a first boot is over by then on an idle machine.
$bootSeconds = 4
try {
    foreach ($name in $scenarios.Keys) {
        if ($Only -and -not $name.Contains($Only)) {
            continue
        }

        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            & $scenarios[$name] $factory
            $count.passed++
            Write-Line "[+] $name ($([Math]::Round($watch.Elapsed.TotalSeconds)) s)"
        }
        catch {
            $count.failed++
            Write-Line "[-] $name ($([Math]::Round($watch.Elapsed.TotalSeconds)) s)"
            Write-Line "    $($_.Exception.Message)"
            Write-Line "    $($_.ScriptStackTrace)"
        }
    }
}
finally {
    Stop-RigFactory $factory
}

Write-Line "$($count.passed) passed, $($count.failed) failed, $($count.skipped) skipped"
exit [int] ($count.failed -gt 0 -or $count.passed -eq 0)
