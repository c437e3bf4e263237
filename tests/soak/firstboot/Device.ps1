# What every scenario needs: a device that was never on, and how it is looked at.

function Assert-That([bool] $Condition, [string] $What) {
    if (-not $Condition) {
        throw $What
    }
}

# The payload as an image has it, below every device.
function Get-InstalledLayer([string] $Unpacked) {
    $installed = "$scratch/installed"
    if (-not $Unpacked) {
        $tarball = @(Get-ChildItem (Join-Top out package) -File -Filter "autoregister-*-$Runtime.tar.xz")[0]
        $null = New-Item -ItemType Directory "$scratch/unpacked" -Force
        $null = Invoke-RigChecked tar @('--extract', '--file', $tarball, '--directory', "$scratch/unpacked")
        $Unpacked = @(Get-ChildItem "$scratch/unpacked" -Directory)[0]
    }

    Install-Recipe -Unpacked (Split-Path -Parent $Unpacked) -Destination $installed -Runtime $Runtime
    # Debian 12 has systemd 252, which does not know these settings.
    Remove-Item "$installed/usr/lib/systemd/system/$unitName.d/restart-steps.conf" -Force -ErrorAction Ignore
    Install-Want $installed $unitName
    $installed
}

# The stand-in for the OTA client, and a journal that outlives the power.
function Get-ClientLayer {
    $layer = "$scratch/client"
    $client = Join-Top tests soak support device
    $null = Invoke-RigChecked install @('-D', '-m', '0755', "$client/aktualizr-lite", "$layer/usr/bin/aktualizr-lite")
    $null = Invoke-RigChecked install @('-D', '-m', '0644', "$client/aktualizr-lite.service", "$layer/usr/lib/systemd/system/aktualizr-lite.service")
    Install-Want $layer aktualizr-lite.service
    $null = New-Item -ItemType Directory "$layer/var/log/journal" -Force
    $layer
}

# What 'systemctl enable' makes, without one.
function Install-Want([string] $Layer, [string] $Unit) {
    $wants = "$Layer/etc/systemd/system/multi-user.target.wants"
    $null = New-Item -ItemType Directory $wants -Force
    ln --symbolic "/usr/lib/systemd/system/$Unit" "$wants/$Unit"
}

# A device that was never on, with what a person puts into it.
function Add-Device {
    param(
        [hashtable] $Factory,
        [string] $Token = $Factory.Token,
        [string] $Hsm = "HSM_MODULE=`"$softHsm`"`nHSM_PIN=`"87654321`"`nHSM_SOPIN=`"12345678`"`n",
        [string] $Api = $Factory.api,
        [string[]] $Lower = @($installed, $client, $base)
    )

    $count.devices++
    $name = "device-$($count.devices)"
    $device = Mount-Device -Path "$scratch/$name" -Lower $Lower
    $device.Name = $name
    $etc = "$($device.Root)/etc"
    $null = New-Item -ItemType Directory "$etc/sota" -Force
    Set-Content "$etc/lmp-device-register-token" $Token
    Set-Content "$etc/sota/tag" 'main'
    Set-Content "$etc/sota/hsm" $Hsm -NoNewline
    chmod 0600 "$etc/lmp-device-register-token" "$etc/sota/hsm"
    Set-Content "$etc/hostname" $name
    Set-Content "$etc/machine-id" ([guid]::NewGuid().ToString('n'))
    Remove-Item "$etc/os-release" -ErrorAction Ignore
    Set-Content "$etc/os-release" "ID=lmp`nLMP_MACHINE=intel-corei7-64`nLMP_FACTORY=acme`nLMP_FACTORY_TAG=devel"
    Copy-Item $Factory.caFile "$etc/factory-ca.pem"
    Add-DropIn $device "[Service]`nEnvironment=DEVICE_API=$Api SSL_CERT_FILE=/etc/factory-ca.pem USE_HOSTNAME=1"
    if ($Runtime -ne (Get-RuntimeIdentifier)) {
        # Beyond qemu-user: how systemd hands over credentials (EINVAL, exit code 243) and makes an IPC name space (EIO, 226). The rest
        # of the unit is as it ships.
        Add-DropIn $device "[Service]`nLoadCredential=`nPrivateIPC=no"
    }

    $device
}

function Add-DropIn([hashtable] $Device, [string] $Text, [string] $Unit = $unitName) {
    $folder = "$($Device.Root)/etc/systemd/system/$Unit.d"
    $null = New-Item -ItemType Directory $folder -Force
    Set-Content "$folder/$(@(Get-ChildItem $folder).Count).conf" $Text
}

# A network of the device's own, and a cable to it that is not plugged in yet; this machine is 192.168.213.1 there.
function Add-Cable {
    $null = Invoke-RigChecked ip @('netns', 'add', 'ar-firstboot')
    $null = Invoke-RigChecked ip @('link', 'add', 'ar-host', 'type', 'veth', 'peer', 'name', 'ar-device')
    $null = Invoke-RigChecked ip @('address', 'add', '192.168.213.1/30', 'dev', 'ar-host')
    $null = Invoke-RigChecked ip @('link', 'set', 'ar-host', 'up')
}

function Connect-Cable {
    $null = Invoke-RigChecked ip @('link', 'set', 'ar-device', 'netns', 'ar-firstboot')
    $null = Invoke-RigChecked ip @('-n', 'ar-firstboot', 'address', 'add', '192.168.213.2/30', 'dev', 'ar-device')
    $null = Invoke-RigChecked ip @('-n', 'ar-firstboot', 'link', 'set', 'ar-device', 'up')
}

function Remove-Cable {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Undoes what the scenario made.')]
    param()

    $null = Invoke-RigChecked ip @('link', 'delete', 'ar-host')
    $null = Invoke-RigChecked ip @('netns', 'delete', 'ar-firstboot')
}

# Where the factory answers, the unit is not started again: a second start is as wrong as a failure.
$ended = { param($unit) $unit.ActiveState -in 'active', 'failed' -or $unit.NRestarts -notin '', '0' }

function Assert-Registered([hashtable] $Device, [hashtable] $Factory, [int] $Seconds = $patience) {
    $unit = Wait-DeviceUnit $Device -Until $ended -Seconds $Seconds
    $journal = (Get-DeviceJournal $Device) -join "`n"
    Assert-That ($unit.ActiveState -eq 'active' -and $unit.SubState -eq 'exited') "The unit is $($unit.ActiveState) ($($unit.SubState)):`n$journal"
    $rows = @(Get-RigLedger $Factory | Where-Object name -EQ $Device.Name)
    Assert-That ($rows.Count -eq 1) "The ledger has $($rows.Count) devices '$($Device.Name)'"
    $null = Wait-DeviceUnit $Device -Unit aktualizr-lite.service -Until { Test-Path "$($Device.Sota)/sql.db" } -Seconds ($patience / 3)
    $answer = (Invoke-Device $Device cat /run/gateway-answer).Output
    Assert-That ($answer.Contains($rows[0].uuid)) "The gateway saw another device than $($rows[0].uuid): $answer"
}

function Assert-Failed([hashtable] $Device, [string] $Code, [string] $Id) {
    $unit = Wait-DeviceUnit $Device -Until $ended -Seconds $patience
    Assert-That ($unit.ActiveState -eq 'failed') "The unit is $($unit.ActiveState) instead of failed"
    Assert-That ($unit.ExecMainStatus -eq $Code) "The exit code is $($unit.ExecMainStatus)"
    Assert-That ($unit.StatusText -match "^error: .*\[$Id\]$") "The status line is '$($unit.StatusText)'"
    Start-Sleep -Seconds 5
    $later = Get-DeviceUnit $Device
    Assert-That ($later.ActiveState -eq 'failed' -and $later.NRestarts -eq '0') "It was started again: $($later.ActiveState), $($later.NRestarts) restarts"
}
