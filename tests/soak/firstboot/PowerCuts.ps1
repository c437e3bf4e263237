# Power cuts at random moments between power on and a registered device with its client.

param([int] $Times)

$cuts = [ordered]@{}
for ($number = 1; $number -le $Times; $number++) {
    $cuts["comes through a power cut at a random moment, $number of $Times"] = {
        param($factory)
        $device = Add-Device $factory
        try {
            $after = [Random]::Shared.Next(0, [int] (1000 * $script:bootSeconds))
            Enter-Device $device
            Start-Sleep -Milliseconds $after
            Disconnect-DevicePower $device
            $left = if (Test-Path $device.Sota) {
                (Get-ChildItem $device.Sota -Force -Recurse -Name) -join ' '
            }
            else {
                'nothing'
            }

            Write-Host "      cut after $after ms; in /var/sota: $left"
            Enter-Device $device
            if (Test-Path "$($device.Sota)/sql.db") {
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
    }
}

$cuts
