# What passes by itself: the unit waits.

[ordered]@{
    'waits for a network that comes up 60 s late'                      = {
        # Its own network; the factory is at the other end of a cable that is plugged in later.
        $null = Invoke-RigChecked ip @('netns', 'add', 'ar-firstboot')
        $null = Invoke-RigChecked ip @('link', 'add', 'ar-host', 'type', 'veth', 'peer', 'name', 'ar-device')
        $far = $null
        $device = $null
        try {
            $null = Invoke-RigChecked ip @('address', 'add', '192.168.213.1/30', 'dev', 'ar-host')
            $null = Invoke-RigChecked ip @('link', 'set', 'ar-host', 'up')
            $far = Start-RigFactory -Path "$scratch/far" -Argument @('--address', '192.168.213.1')
            $device = Add-Device $far
            Enter-Device $device -Network ar-firstboot
            Start-Sleep -Seconds 60
            $waiting = Get-DeviceUnit $device
            Assert-That ($waiting.ActiveState -eq 'activating') "Without a network the unit is $($waiting.ActiveState)"
            $null = Invoke-RigChecked ip @('link', 'set', 'ar-device', 'netns', 'ar-firstboot')
            $null = Invoke-RigChecked ip @('-n', 'ar-firstboot', 'address', 'add', '192.168.213.2/30', 'dev', 'ar-device')
            $null = Invoke-RigChecked ip @('-n', 'ar-firstboot', 'link', 'set', 'ar-device', 'up')
            Assert-Registered $device $far
        }
        finally {
            if ($device) {
                Dismount-Device $device
            }

            if ($far) {
                Stop-RigFactory $far
            }

            $null = Invoke-RigChecked ip @('link', 'delete', 'ar-host')
            $null = Invoke-RigChecked ip @('netns', 'delete', 'ar-firstboot')
        }
    }
    'waits for a factory that answers 503 for a minute'                = {
        param($factory)
        $fault = Start-RigProcess (Join-Top out test fault-server fault-server) @('--upstream', $factory.api, '--upstream-ca', $factory.caFile, '--ready', "$scratch/fault",
            '--script', 'status-503', '--for', '60')
        $device = $null
        try {
            while (-not (Test-Path "$scratch/fault/api")) {
                Assert-That (-not $fault.HasExited) 'The fault server did not start'
                Start-Sleep -Milliseconds 50
            }

            $device = Add-Device $factory -Api (Get-Content "$scratch/fault/api" -Raw)
            Add-Content "$($device.Root)/etc/factory-ca.pem" (Get-Content "$scratch/fault/ca.pem" -Raw) -NoNewline
            Enter-Device $device
            # By then the device may have chosen a wait of up to five minutes.
            Assert-Registered $device $factory -Seconds ($patience + 300)
            $null = Invoke-RigChecked kill @('-TERM', "$($fault.Id)")
            $fault.WaitForExit()
            $requests = @(Get-Content "$scratch/fault/requests")
            $distinct = @($requests | Sort-Object -Unique -CaseSensitive)
            Assert-That ($requests.Count -gt 2 -and $distinct.Count -eq 1) "$($requests.Count) requests, $($distinct.Count) different ones"
            Write-Host "      $($requests.Count) requests, all the same; the last one was answered"
        }
        finally {
            if (-not $fault.HasExited) {
                $fault.Kill()
            }

            if ($device) {
                Dismount-Device $device
            }
        }
    }
}
