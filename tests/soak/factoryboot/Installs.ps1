# From the package to a server that runs.

[ordered]@{
    'the package installs, starts nothing, and makes what the server needs' = {
        Copy-Item $package "$($server.Root)/root"
        $null = Invoke-GuideCommand 'apt install'
        Assert-That ((Get-ServerUnit ActiveState) -eq 'inactive') 'It was started without a configuration'
        Assert-That ((Invoke-Server 'stat -c "%a %U:%G" /var/lib/lmp-factory') -eq '700 lmp-factory:lmp-factory') 'The ledger''s directory has another mode or owner'
        Assert-That ((Invoke-Server 'stat -c "%a %U:%G" /etc/lmp-factory/pki') -eq '750 root:lmp-factory') 'The PKI''s directory has another mode or owner'
    }
    'it starts with passphrase and password as credentials, and says when it serves' = {
        $null = Invoke-GuideCommand 'cp /usr/share'
        # Of the folder what the guide names, the CA's key encrypted.
        $secrets = "$($server.Root)/etc/credstore"
        $null = New-Item -ItemType Directory $secrets -Force
        Set-Content "$secrets/lmp-factory.ca-passphrase" 'a passphrase of the CA'
        Set-Content "$secrets/lmp-factory.screen-password" 'a password of the screen'
        chmod 600 "$secrets/lmp-factory.ca-passphrase" "$secrets/lmp-factory.screen-password"
        $folder = "$($server.Root)/etc/lmp-factory/pki"
        Copy-Item "$pki/factory_ca.pem", "$pki/local-ca.pem", "$pki/tls-crt" $folder
        $null = Invoke-RigChecked openssl @('pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-in', "$pki/local-ca.key", '-out', "$folder/local-ca.key", '-passout', "file:$secrets/lmp-factory.ca-passphrase")
        Edit-Configuration {
            param($settings)
            $settings.Factory = 'acme'
            $settings.Pki.DeviceCaPassphraseFile = '/run/credentials/lmp-factory.service/ca-passphrase'
            $settings.Api = @{ Listen = "127.0.0.1:$port"; Host = '127.0.0.1'; DrainSeconds = 5 }
            $settings.Est = @{ Listen = "127.0.0.1:$estPort" }
            $settings.Admin.Listen = "127.0.0.1:$screenPort"
            $settings.Devices.Admission = 'Stations'
        }
        $null = Invoke-GuideCommand 'lmp-factory tls csr --config'
        Publish-ServerCertificate
        $null = Invoke-GuideCommand 'chown'
        $null = Invoke-GuideCommand 'systemctl enable'
        Assert-That ((Get-ServerUnit Type) -eq 'notify' -and (Get-ServerUnit ActiveState) -eq 'active') 'systemctl came back before the server said that it serves'
        Assert-That ((Get-ServerAnswer healthz) -eq "ok`n 200") "healthz says $(Get-ServerAnswer healthz)"
        Assert-That ((Get-ServerAnswer readyz) -eq "ready`n 200") "readyz says $(Get-ServerAnswer readyz)"
        Assert-That ((Get-ServerUnit User) -eq 'lmp-factory') 'It runs as another user'
    }
    'no secret is in its environment or on its command line' = {
        $id = Get-ServerUnit MainPID
        $seen = Invoke-Server "tr '\0' '\n' < /proc/$id/environ; tr '\0' '\n' < /proc/$id/cmdline"
        Assert-That ($seen -notmatch 'a passphrase of|a password of') 'A secret is there'
    }
    'systemd finds it exposed at most 2.5' = {
        $judged = Invoke-Server "systemd-analyze security --no-pager --threshold=25 $unitName"
        Write-Host "    $(@($judged -split "`n")[-1].Trim())"
    }
}
