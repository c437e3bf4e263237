# What real devices meet, and what does not keep them from registering at once.

[ordered]@{
    'takes the first of three blank tokens, as a fresh OP-TEE has them' = {
        param($factory)
        $device = Add-Device $factory -Hsm "HSM_MODULE=$libraries/p11-kit-proxy.so`nHSM_PIN=87654321`nHSM_SOPIN=12345678`n"
        try {
            # Three copies of SoftHSM2, each with a configuration of its own. p11-kit shows them all, the highest priority first.
            $modules = "$($device.Root)/usr/share/p11-kit/modules"
            Remove-Item "$modules/*"
            $latin = [System.Text.Encoding]::Latin1
            $library = $latin.GetString((Get-Content "$($device.Root)$softHsm" -AsByteStream -Raw))
            foreach ($number in 3, 4, 5) {
                Set-Content "$($device.Root)/usr/lib/softhsm$number.so" $latin.GetBytes($library.Replace('/softhsm2.conf', "/softhsm$number.conf")) -AsByteStream
                Set-Content "$($device.Root)/etc/softhsm/softhsm$number.conf" "directories.tokendir = /var/lib/softhsm/tokens$number"
                $null = New-Item -ItemType Directory "$($device.Root)/var/lib/softhsm/tokens$number"
                Set-Content "$modules/softhsm$number.module" "module: /usr/lib/softhsm$number.so`npriority: $number"
            }

            Enter-Device $device
            Assert-Registered $device $factory
            $which = (Get-DeviceJournal $device) -match 'Of 3 blank ones the first is taken: .* in slot \d+'
            Assert-That ([bool] $which) 'The journal does not say which one was taken'
            Write-Host "      $which"
            $taken = foreach ($number in 5, 4, 3) { @(Get-ChildItem "$($device.Root)/var/lib/softhsm/tokens$number" -Directory).Count }
            Assert-That ("$taken" -eq '1 0 0') "Tokens in the three slots: $taken"
        }
        finally {
            Dismount-Device $device
        }
    }
    'does not wait for a time that never comes'                        = {
        param($factory)
        $device = Add-Device $factory
        try {
            $unit = 'systemd-time-wait-sync.service'
            # A container leaves the clock to its host, unless it is told otherwise.
            Add-DropIn $device "[Unit]`nConditionVirtualization=" -Unit $unit
            Install-Want $device.Root $unit
            Enter-Device $device -Capability CAP_SYS_TIME
            Assert-Registered $device $factory
            $waits = (Get-DeviceUnit $device $unit).ActiveState
            if ($waits -eq 'active') {
                return "the clock of this machine is synchronised, and $unit sees that"
            }

            Assert-That ($waits -eq 'activating') "$unit is $waits"
            $reached = (Get-DeviceUnit $device time-sync.target).ActiveState
            Assert-That ($reached -eq 'inactive') "time-sync.target is $reached"
        }
        finally {
            Dismount-Device $device
        }
    }
    'registers over IPv4 where IPv6 leads nowhere'                     = {
        Add-Cable
        $far = $null
        $device = $null
        try {
            Connect-Cable
            # Whatever is sent to 2001:db8::7 goes to an address of the wire that nobody has.
            $null = Invoke-RigChecked ip '-n ar-firstboot address add 2001:db8::1/64 dev ar-device nodad'.Split(' ')
            $null = Invoke-RigChecked ip '-n ar-firstboot neighbor add 2001:db8::7 lladdr 02:00:00:00:00:07 dev ar-device nud permanent'.Split(' ')
            $far = Start-RigFactory -Path "$scratch/dark" -Argument @('--address', '192.168.213.1', '--host', 'factory.test')
            $device = Add-Device $far
            Set-Content "$($device.Root)/etc/hosts" "2001:db8::7 factory.test`n192.168.213.1 factory.test"
            Enter-Device $device -Network ar-firstboot
            $first = (Invoke-Device $device getent ahosts factory.test).Lines[0]
            Assert-That ($first -match '^2001:db8::7 ') "The name's first address is $first"
            Assert-Registered $device $far
            Assert-That (-not ((Get-DeviceJournal $device) -match 'Attempt')) "It took more than one attempt:`n$((Get-DeviceJournal $device) -join "`n")"
        }
        finally {
            if ($device) {
                Dismount-Device $device
            }

            if ($far) {
                Stop-RigFactory $far
            }

            Remove-Cable
        }
    }
    'has no way out of its sandbox by the sockets of systemd and D-Bus' = {
        param($factory)
        $device = Add-Device $factory
        try {
            # What uid 0 may ask systemd for, whatever its capabilities: over systemd's own socket, then over D-Bus.
            Set-Content "$($device.Root)/etc/systemd/system/escaped@.service" "[Service]`nType=oneshot`nExecStart=/bin/touch /run/escaped-%i"
            $start = '/bin/env SYSTEMCTL_FORCE_BUS=0 systemctl start escaped@socket', '/bin/env SYSTEMCTL_FORCE_BUS=1 systemctl start escaped@bus'
            Add-DropIn $device "[Service]`n$($start.ForEach({ "ExecStartPre=-$_" }) -join "`n")"
            Enter-Device $device
            Assert-Registered $device $factory
            $refused = @((Get-DeviceJournal $device) -match 'Failed to connect to bus: Permission denied')
            Assert-That ($refused.Count -eq 2) "Of two ways out $($refused.Count) were refused:`n$((Get-DeviceJournal $device) -join "`n")"
            $look = { (Invoke-Device $device find /run -name 'escaped-*').Lines.Count }
            Assert-That ((& $look) -eq 0) 'A unit was started from inside of the sandbox'
            foreach ($line in $start) {
                $null = Invoke-Device -Device $device -Command $line.Split(' ')
            }

            Assert-That ((& $look) -eq 2) 'Outside of the sandbox these are no ways either: the scenario shows nothing'
        }
        finally {
            Dismount-Device $device
        }
    }
}
