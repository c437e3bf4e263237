# What the server does while systemd runs it.

[ordered]@{
    'a station gets a token, and a device is registered' = {
        $null = Invoke-Ledger 'station add line-1 --token-file /var/lib/lmp-factory/line-1.token'
        $null = Invoke-Server 'mv /var/lib/lmp-factory/line-1.token /root/'
        $script:first = Register-Device 'device-1'
        Assert-That (@(Get-RegisteredDevice).uuid -contains $first) 'The ledger does not have the device'
    }
    'a reload takes a new TLS certificate without a restart' = {
        $id = Get-ServerUnit MainPID
        $before = Get-ServerSerial
        Publish-ServerCertificate
        $null = Invoke-GuideCommand 'systemctl reload lmp-factory'
        $limit = [DateTime]::UtcNow.AddSeconds(30)
        while ((Get-ServerSerial) -eq $before) {
            Assert-That ([DateTime]::UtcNow -lt $limit) 'The certificate before is still shown'
            Start-Sleep -Milliseconds 100
        }

        Assert-That ((Get-ServerUnit MainPID) -eq $id) 'It was started again'
        Assert-That ((Get-ServerAnswer readyz) -eq "ready`n 200") "readyz says $(Get-ServerAnswer readyz)"
    }
    'a stop says so to a load balancer first' = {
        $null = Invoke-Server "$(Get-GuideCommand 'systemctl stop lmp-factory' -Guide factory-server) --no-block"
        $limit = [DateTime]::UtcNow.AddSeconds(30)
        do {
            $answer = Get-ServerAnswer readyz
            Assert-That ([DateTime]::UtcNow -lt $limit -and $answer -ne '000') "readyz never said that the server stops, last $answer"
        } until ($answer -match '503$')

        Assert-That ((Get-ServerAnswer healthz) -eq "ok`n 200") 'It closed its port at once'
        $unit = Wait-DeviceUnit $server -Unit $unitName -Until { param($unit) $unit.ActiveState -in 'inactive', 'failed' }
        Assert-That ($unit.ActiveState -eq 'inactive' -and $unit.Result -eq 'success') "It ended as $($unit.ActiveState), $($unit.Result)"
    }
    'with its key in a token, whose PIN is a credential, it registers a device' = {
        $folder = '/etc/lmp-factory/pki'
        $null = Invoke-Server "install -d -o lmp-factory -g lmp-factory -m 700 /var/lib/softhsm/tokens && usermod -a -G softhsm lmp-factory"
        Copy-Item "$pki/local-ca.key" "$($server.Root)/root/plain.key"
        $null = Invoke-Server 'openssl pkcs8 -topk8 -nocrypt -in plain.key -out ca.p8 && chmod 644 ca.p8 && mv ca.p8 /tmp/'
        $null = Invoke-Server "runuser -u lmp-factory -- softhsm2-util --init-token --free --label factory --pin 87654321 --so-pin 12345678"
        $null = Invoke-Server "runuser -u lmp-factory -- softhsm2-util --import /tmp/ca.p8 --token factory --label device-ca --id 01 --pin 87654321"
        $null = Invoke-Server "rm /tmp/ca.p8 plain.key $folder/local-ca.key"
        Set-Content "$($server.Root)/etc/credstore/lmp-factory.hsm-pin" '87654321'
        chmod 600 "$($server.Root)/etc/credstore/lmp-factory.hsm-pin"
        Edit-Configuration {
            param($settings)
            $null = $settings.Pki.Remove('DeviceCaPassphraseFile')
            $settings.Pki.DeviceCaKey = 'pkcs11:token=factory;object=device-ca?module-path=/usr/lib/softhsm/libsofthsm2.so'
        }
        $null = Invoke-Server "systemctl start $unitName"
        $uuid = Register-Device 'device-2'
        Assert-That (@(Get-RegisteredDevice).uuid -contains $uuid) 'The ledger does not have the device'
    }
    'a configuration that is wrong is told in one line, and not tried again' = {
        $file = "$($server.Root)/etc/lmp-factory/factory.json"
        $good = Get-Content $file -Raw
        Edit-Configuration { param($settings) $settings.Devices.Admission = 'Everybody' }
        $null = Invoke-Device $server @('systemctl', 'restart', $unitName)
        $unit = Wait-DeviceUnit $server -Unit $unitName -Until { param($unit) $unit.ActiveState -eq 'failed' }
        Assert-That ($unit.ExecMainStatus -eq '78' -and $unit.NRestarts -eq '0') "It ended with $($unit.ExecMainStatus) and was started $($unit.NRestarts) times again"
        Assert-That ([bool] (@(Get-DeviceJournal $server $unitName) -match 'Devices:Admission must be')) 'The journal does not say what is wrong'
        Set-Content $file $good -NoNewline
        $null = Invoke-Server "systemctl restart $unitName"
    }
}
