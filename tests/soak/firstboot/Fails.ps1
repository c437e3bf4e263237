# What a person has to mend: the unit fails once, says what to do and is not started again.

[ordered]@{
    'fails once with a wrong token and says what to do'                = {
        param($factory)
        $device = Add-Device $factory -Token 'no-such-token'
        try {
            Enter-Device $device
            Assert-Failed -Device $device -Code 77 -Id ApiTokenRejected
            Assert-That (-not (Test-Path "$($device.Sota)/sota.toml")) 'There is a sota.toml'
            $journal = Get-DeviceJournal $device -Format json
            Assert-That (@($journal -match '"PRIORITY":"3"' -match 'ApiTokenRejected').Count -eq 1) 'The error is not one line of priority 3'
            Assert-That (-not ($journal -join '').Contains('no-such-token')) 'The journal has the token in it'

            Set-Content "$($device.Root)/etc/lmp-device-register-token" $factory.Token -NoNewline
            $null = Invoke-Device $device @('sh', '-c', (Get-GuideCommand 'systemctl restart lmp-device-auto-register'))
            Assert-Registered $device $factory
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
            $left = @(Get-ChildItem $device.Sota -Force)
            Assert-That ($left.Count -eq 0) "There is $left"
            Assert-That (@(Get-ChildItem "$($device.Root)/var/lib/softhsm/tokens" -Force).Count -eq 0) 'There is a token'
        }
        finally {
            Dismount-Device $device
        }
    }
}
