# What passes by itself: the unit waits.

[ordered]@{
    'waits for a network that comes up 60 s late'                      = {
        Add-Cable
        $far = $null
        $device = $null
        try {
            $far = Start-RigFactory -Path "$scratch/far" -Argument @('--address', '192.168.213.1')
            $device = Add-Device $far
            Enter-Device $device -Network ar-firstboot
            Start-Sleep -Seconds 60
            $waiting = Get-DeviceUnit $device
            Assert-That ($waiting.ActiveState -eq 'activating') "Without a network the unit is $($waiting.ActiveState)"
            Connect-Cable
            Assert-Registered $device $far
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
    'waits for a factory that answers 503 for a minute'                = {
        param($factory)
        $server = Start-RigFaultServer -Factory $factory -Path "$scratch/fault" -Fault status-503 -Seconds 60
        $device = $null
        try {
            $device = Add-Device $factory -Api $server.api
            Add-Content "$($device.Root)/etc/factory-ca.pem" (Get-Content $server.caFile -Raw) -NoNewline
            Enter-Device $device
            # By then the device may have chosen a wait of up to five minutes.
            Assert-Registered $device $factory -Seconds ($patience + 300)
        }
        finally {
            $requests = @(Complete-RigFaultServer $server)
            if ($device) {
                Dismount-Device $device
            }
        }

        $distinct = @($requests | Sort-Object -Unique -CaseSensitive)
        Assert-That ($requests.Count -gt 2 -and $distinct.Count -eq 1) "$($requests.Count) requests, $($distinct.Count) different ones"
        Write-Host "      $($requests.Count) requests, all the same; the last one was answered"
    }
    'waits for a proxy that refuses at first, and shows its password to nobody' = {
        $proxy = Start-RigProcess (Join-Top out test connect-proxy connect-proxy) '6'
        $far = $null
        $device = $null
        try {
            $far = Start-RigFactory -Path "$scratch/proxied" -Argument @('--host', 'factory.test')
            $device = Add-Device $far
            Set-Content "$($device.Root)/etc/hosts" '127.0.0.1 factory.test'
            Set-Content "$($device.Root)/etc/proxy" "https_proxy=http://user:sesame-4711@127.0.0.1:$($proxy.StandardOutput.ReadLine())"
            Add-DropIn $device "[Service]`nEnvironmentFile=/etc/proxy"
            Enter-Device $device
            $waiting = Wait-DeviceUnit $device -Until { param($unit) $unit.StatusText -match 'Attempt' -or (& $ended $unit) } -Seconds $patience
            Assert-That ($waiting.StatusText -match 'proxy .*127\.0\.0\.1.*(407|503)') "The status line is '$($waiting.StatusText)'"
            Write-Host "      $($waiting.StatusText)"
            $said = (Invoke-Device $device systemctl status $unitName).Output
            Assert-Registered $device $far
            $said += (Invoke-Device $device systemctl status $unitName).Output + (Invoke-Device $device journalctl --output verbose).Output
            Assert-That ($said -match 'failed: .*407' -and $said -match 'failed: .*503') 'The journal does not say that the proxy refused'
            Assert-That ($said -notmatch 'sesame') 'The password of the proxy was shown'
            $proxy.StandardInput.Close()
            Assert-That ($proxy.StandardOutput.ReadToEnd() -match 'CONNECT factory\.test:') 'The proxy was not used'
        }
        finally {
            if ($device) {
                Dismount-Device $device
            }

            if ($far) {
                Stop-RigFactory $far
            }

            $proxy.StandardInput.Close()
            $proxy.WaitForExit()
        }
    }
    'waits for a clock that is set later, and says so'                 = {
        param($factory)
        $device = Add-Device $factory
        try {
            $clock = Get-RigClock '/etc/clock'
            $null = New-Item -ItemType Directory (Split-Path -Parent "$($device.Root)$($clock.LD_PRELOAD)")
            Copy-Item $clock.LD_PRELOAD "$($device.Root)$($clock.LD_PRELOAD)"
            Set-Content "$($device.Root)/etc/clock" '@2000-01-01 00:00:00'
            Add-DropIn $device "[Service]`nEnvironment=$($clock.Keys.ForEach({ "$_=$($clock[$_])" }))"
            Enter-Device $device
            $waiting = Wait-DeviceUnit $device -Until { param($unit) $unit.StatusText -match 'clock' -or (& $ended $unit) } -Seconds $patience
            Assert-That ($waiting.StatusText -match 'clock of this device says 2000-01-01 .*the clock is not set') "The status line is '$($waiting.StatusText)'"
            Write-Host "      $($waiting.StatusText)"
            Assert-That ([bool] ((Get-DeviceJournal $device) -match 'the clock is not set')) 'The journal does not say it'
            Set-Content "$($device.Root)/etc/clock" '+0'
            Assert-Registered $device $factory
        }
        finally {
            Dismount-Device $device
        }
    }
}
