# The unit as it should be: registered, and looked at the way the documentation does.

# The median of five runs of the host that do nothing, in the booted system: milliseconds.
function Measure-Engine([hashtable] $Device) {
    $times = foreach ($run in 1..5) {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $null = Invoke-Device $Device @('/usr/lib/autoregister/pwsh', '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "exit 0 # $run")
        [int] $watch.ElapsedMilliseconds
    }

    $sorted = [int[]] $times
    [Array]::Sort($sorted)
    $sorted[2]
}

[ordered]@{
    'registers on its first boot, as the documentation shows it'       = {
        param($factory)
        $device = Add-Device $factory
        try {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Enter-Device $device
            Assert-Registered $device $factory
            $script:bootSeconds = $watch.Elapsed.TotalSeconds
            $listed = (Invoke-Device $device @('sh', '-c', (Get-GuideCommand 'systemctl list-unit-files | grep enabled | grep lmp-device-auto-register'))).Output
            Assert-That ($listed -match 'lmp-device-auto-register\.service\s+enabled') "list-unit-files says: $listed"
            $status = (Invoke-Device $device @('sh', '-c', (Get-GuideCommand 'systemctl status lmp-device-auto-register'))).Output
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

            # A line without a prefix has systemd's own default, which is 6 too: only the prefix itself would be seen in the text.
            Assert-That ($journal -notmatch '"MESSAGE":"<\d>') 'A syslog priority was not understood'
            Assert-That ($journal -match '"PRIORITY":"6"') 'No line has the priority of a step'

            $unit = Get-DeviceUnit $device
            $took = ([long] $unit.ExecMainExitTimestampMonotonic - [long] $unit.ExecMainStartTimestampMonotonic) / 1000
            $boot = ([long] $unit.ExecMainExitTimestampMonotonic - [long] (Get-DeviceUnit $device sysinit.target).ConditionTimestampMonotonic) / 1000
            $engine = Measure-Engine $device
            Write-Host "      registered $([Math]::Round($boot)) ms after the boot began; the script ran for $([Math]::Round($took)) ms: $engine ms are the start of the engine, $([Math]::Round($took) - $engine) ms ours"
            (Get-DeviceJournal $device) | ForEach-Object { Write-Host "      | $_" }
            $status.Split("`n") | ForEach-Object { Write-Host "      $_" }

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
        $program, $verb = (Get-GuideCommand 'systemd-analyze security').Split(' ')
        $null = Invoke-RigChecked $program @($verb, '--offline=true', '--threshold=25', "$installed/usr/lib/systemd/system/$unitName")
    }
    'takes PINs and token from credentials'                            = {
        param($factory)
        $device = Add-Device $factory -Token 'no-such-token' -Hsm "HSM_MODULE=`"$softHsm`"`n"
        try {
            $store = "$($device.Root)/etc/credstore"
            $null = New-Item -ItemType Directory $store -Force
            Set-Content "$store/lmp-device-auto-register.api-token" $factory.Token -NoNewline
            Set-Content "$store/lmp-device-auto-register.hsm-pin" '87654321' -NoNewline
            Set-Content "$store/lmp-device-auto-register.hsm-so-pin" '12345678' -NoNewline
            Enter-Device $device
            Assert-Registered $device $factory
        }
        finally {
            Dismount-Device $device
        }
    }
}
