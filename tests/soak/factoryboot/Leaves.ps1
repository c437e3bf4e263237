# A later version, and the package's end: whatever happens to the program, the ledger stays.

[ordered]@{
    'a later version takes the place of the server that runs, over the same ledger' = {
        $id = Get-ServerUnit MainPID
        $later = "$scratch/later"
        $null = Invoke-RigChecked dpkg-deb @('--raw-extract', "$package", $later)
        $control = Get-Content "$later/DEBIAN/control" -Raw
        Set-Content "$later/DEBIAN/control" ($control -replace '(?m)^Version: (.*)$', 'Version: $1+later') -NoNewline
        $null = Invoke-RigChecked dpkg-deb @('--root-owner-group', '-Znone', '--build', $later, "$($server.Root)/root/later.deb")
        $null = Invoke-Server 'apt install ./later.deb'
        Assert-That ((Get-ServerUnit ActiveState) -eq 'active' -and (Get-ServerUnit MainPID) -ne $id) 'The server was not started again'
        Assert-That (@(Get-RegisteredDevice).Count -eq 2) 'The ledger lost a device'
        $null = Register-Device 'device-3'
    }
    'it comes back when it is killed' = {
        $id = Get-ServerUnit MainPID
        $null = Invoke-Server "systemctl kill --signal=KILL $unitName"
        $null = Wait-DeviceUnit $server -Unit $unitName -Until { param($unit) $unit.ActiveState -eq 'active' -and $unit.NRestarts -eq '1' }
        Assert-That ((Get-ServerUnit MainPID) -ne $id -and @(Get-RegisteredDevice).Count -eq 3) 'It did not come back with its ledger'
    }
    'removed and purged, it leaves ledger, keys and configuration' = {
        foreach ($way in 'remove', 'purge') {
            $null = Invoke-Server "apt-get --yes $way lmp-factory"
            Assert-That (-not (Test-Path "$($server.Root)/usr/bin/lmp-factory")) 'The program is still there'
            Assert-That ((Get-ServerAnswer healthz) -match '000$') 'It still runs'
            foreach ($left in 'var/lib/lmp-factory/ledger.db', 'etc/lmp-factory/factory.json', 'etc/lmp-factory/pki/tls.key') {
                Assert-That (Test-Path "$($server.Root)/$left") "The $way took /$left"
            }
        }
    }
    'installed again, it goes on where it was' = {
        $null = Invoke-GuideCommand 'apt install'
        $null = Invoke-GuideCommand 'systemctl enable'
        Assert-That (@(Get-RegisteredDevice).Count -eq 3) 'The ledger lost a device'
        $null = Register-Device 'device-4'
        Assert-That ((Invoke-Ledger 'audit verify') -match 'rows hold') 'The audit does not hold'
    }
}
