# The first page of docs/factory-server.md, as somebody follows it: from a folder of fioctl to a line, a renewal and a revocation.
# FACTORY_DEVICES says how many devices the line has; './build.sh soak factory' registers as many as the guide's token may.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    $pki = (New-Item -ItemType Directory "$TestDrive/pki").FullName
    $many = [int] ($env:FACTORY_DEVICES ?? 40)
    $port, $estPort = (Get-RigFreePort), (Get-RigFreePort)
    $instead = @{ '/etc/lmp-factory/factory.json' = "$TestDrive/factory.json" }

    function Invoke-OpenSsl([string[]] $Line) {
        $run = Invoke-RigProcess openssl $Line
        $run.ExitCode | Should -Be 0 -Because $run.Error
    }

    # Signs with the root's key, as its owner does.
    function Invoke-RootOwner([string] $Name, [string] $Extension) {
        Set-Content "$TestDrive/ext" $Extension
        Invoke-OpenSsl @('x509', '-req', '-days', '3650', '-in', "$pki/$Name.csr", '-CA', "$pki/factory_ca.pem", '-CAkey', "$TestDrive/root.key",
            '-CAcreateserial', '-CAserial', "$TestDrive/serial", '-extfile', "$TestDrive/ext", '-out', "$pki/$Name.pem")
    }

    # What is a file of the reader's own in the guide is one of the test's.
    function Invoke-GuideCommand([string] $Text, [System.Collections.IDictionary] $More = @{}) {
        $command = Get-GuideCommand $Text -Guide factory-server -Instead ($Text -like 'lmp-factory*' ? $instead + $More : $More)
        # Ten thousand devices take their time.
        Invoke-RigProcess sh @('-c', ($command -replace '^lmp-factory', "'$(Get-RigPath FactoryExe)'")) -While { Start-Sleep -Milliseconds 5 }
    }

    foreach ($name in 'root', 'local-ca', 'gateway') {
        Invoke-OpenSsl @('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', $(if ($name -eq 'local-ca') { "$pki/$name.key" } else { "$TestDrive/$name.key" }))
    }

    Invoke-OpenSsl @('req', '-new', '-x509', '-days', '7300', '-key', "$TestDrive/root.key", '-subj', '/CN=Factory-CA/OU=acme', '-addext', 'basicConstraints=CA:TRUE',
        '-addext', 'keyUsage=keyCertSign,cRLSign', '-out', "$pki/factory_ca.pem")
    foreach ($name in 'local-ca', 'gateway') {
        $key = $name -eq 'local-ca' ? "$pki/$name.key" : "$TestDrive/$name.key"
        Invoke-OpenSsl @('req', '-new', '-key', $key, '-subj', "/CN=$name/OU=acme", '-out', "$pki/$name.csr")
    }

    Invoke-RootOwner local-ca "keyUsage=critical,keyCertSign`nbasicConstraints=critical,CA:TRUE,pathlen:0"
    Invoke-RootOwner gateway "extendedKeyUsage=serverAuth`nsubjectAltName=DNS:ota-gateway.example"
    Move-Item "$pki/gateway.pem" "$pki/tls-crt"

    # The guide's configuration, with the test's folders and ports.
    $json = [regex]::Match((Get-Content "$PSScriptRoot/../docs/factory-server.md" -Raw), '(?s)```json\n(.*?)```').Groups[1].Value
    foreach ($word in @{ '/etc/lmp-factory/pki' = $pki; '/var/lib/lmp-factory' = "$TestDrive"; '0.0.0.0:8443' = "127.0.0.1:$port"; '0.0.0.0:8444' = "127.0.0.1:$estPort"; 'factory.example' = 'localhost' }.GetEnumerator()) {
        $json | Should -BeLike "*$($word.Key)*"
        $json = $json.Replace($word.Key, $word.Value)
    }

    Set-Content "$TestDrive/factory.json" $json
}

AfterAll {
    if ($server) {
        $server.Kill()
        $server.WaitForExit()
    }
}

Describe 'A factory server, as its guide sets it up' {
    It 'has a TLS certificate that the root''s owner signed' {
        $run = Invoke-GuideCommand 'lmp-factory tls csr'
        $run.ExitCode | Should -Be 0 -Because $run.Error
        Invoke-RootOwner tls "extendedKeyUsage=serverAuth`nsubjectAltName=DNS:localhost"
    }

    It 'checks everything, and serves' {
        $run = Invoke-GuideCommand 'lmp-factory serve --check'
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $command = (Get-GuideCommand 'lmp-factory serve --config' -Guide factory-server -Instead $instead) -replace '^lmp-factory', "'$(Get-RigPath FactoryExe)'"
        $script:server = Start-RigProcess sh @('-c', "exec $command")
        $null = $server.StandardOutput.ReadToEndAsync()
        $null = $server.StandardError.ReadToEndAsync()
        $limit = (Get-Date).AddSeconds(60)
        do {
            (Get-Date) -lt $limit -and -not $server.HasExited | Should -BeTrue -Because 'it must start'
            Start-Sleep -Milliseconds 50
        } until ((Invoke-RigProcess curl @('--silent', '--cacert', "$pki/factory_ca.pem", "https://localhost:$port/readyz")).Output -match 'ready')
    }

    It 'gives a station a token that is in one file' {
        $run = Invoke-GuideCommand 'lmp-factory station add line-1' @{ 'line-1.token' = "$TestDrive/line-1.token"; '192.0.2.0/24' = '127.0.0.0/8' }
        $run.ExitCode | Should -Be 0 -Because $run.Error
        (Get-Item "$TestDrive/line-1.token").UnixMode | Should -Be '-rw-------'
        $run.Output + $run.Error | Should -Not -Match (Get-Content "$TestDrive/line-1.token")
    }

    It 'registers the devices of a list by the station script' {
        $rows = 1..$many | ForEach-Object { [pscustomobject]@{ SerialNumber = "SN$_"; Uuid = [guid]::NewGuid() } }
        $rows | Export-Csv "$TestDrive/devices.csv"
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $run = Invoke-GuideCommand 'sh /opt' ([ordered]@{
                '/opt/AutoRegister/VERSION/station' = "$(Get-RigPath Module)/station"
                'devices.csv' = "$TestDrive/devices.csv"
                'https://factory.example:8443' = "https://localhost:$port"
                'line-1.token' = "$TestDrive/line-1.token"
                'factory_ca.pem' = "$pki/factory_ca.pem"
                '/srv/line' = "$TestDrive/line"
            })
        $run.ExitCode | Should -Be 0 -Because ($run.Error + $run.Output)
        $seconds = $watch.Elapsed.TotalSeconds
        $listed = [System.Collections.Generic.HashSet[string]]::new([string[]] [regex]::Matches((Invoke-GuideCommand 'lmp-factory devices list').Output, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}').Value)
        $listed.Count | Should -Be $many
        $rows.Where({ -not $listed.Contains($_.Uuid) }) | Should -BeNullOrEmpty
        $memory = [regex]::Match((Get-Content "/proc/$($server.Id)/status" -Raw), 'VmHWM:\s+(\d+)').Groups[1].Value / 1024
        $ledger = (Get-ChildItem $TestDrive -Filter 'ledger.db*' | Measure-Object Length -Sum).Sum / 1MB
        Write-Host ('      {0} devices in {1:0} s, {2:0} a second; the server took at most {3:0} MB, its ledger has {4:0.0} MB' -f $many, $seconds, ($many / $seconds), $memory, $ledger)

        $script:device = $rows[0]
    }

    It 'renews the certificate of one, and turns it away once it is revoked' {
        $registered = "$TestDrive/line/devices/$($device.SerialNumber)"
        Invoke-OpenSsl @('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', "$TestDrive/new.key")
        Invoke-OpenSsl @('req', '-new', '-key', "$TestDrive/new.key", '-subj', "/CN=$($device.Uuid)/OU=acme", '-addext', 'keyUsage=critical,digitalSignature',
            '-addext', 'extendedKeyUsage=critical,clientAuth', '-outform', 'DER', '-out', "$TestDrive/new.der")
        Set-Content "$TestDrive/new.b64" ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$TestDrive/new.der"))) -NoNewline
        $renew = @('--silent', '--cacert', "$pki/factory_ca.pem", '--cert', "$registered/client.pem", '--key', "$registered/pkey.pem", '--write-out', '%{http_code}', '--output', "$TestDrive/new.p7",
            '--header', 'Content-Type: application/pkcs10', '--data-binary', "@$TestDrive/new.b64", "https://localhost:$estPort/.well-known/est/simplereenroll")
        (Invoke-RigProcess curl $renew).Output | Should -Be '201' -Because (Get-Content "$TestDrive/new.p7" -Raw)
        (Invoke-GuideCommand 'lmp-factory devices revoke' @{ 'UUID' = "$($device.Uuid)" }).ExitCode | Should -Be 0
        (Invoke-RigProcess curl $renew).Output | Should -Be '403'
    }

    It 'tells a gateway whom to turn away' {
        $run = Invoke-GuideCommand 'lmp-factory devices denylist' @{ '/var/lib/gateway/denied.json' = "$TestDrive/denied.json" }
        $run.ExitCode | Should -Be 0 -Because $run.Error
        (Get-Content "$TestDrive/denied.json" -Raw | ConvertFrom-Json).devices.uuid | Should -Be "$($device.Uuid)"
        $run = Invoke-GuideCommand 'lmp-factory station add gateway' @{ 'gateway-token' = "$TestDrive/gateway-token" }
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $asked = Invoke-RigProcess curl @('--silent', '--cacert', "$pki/factory_ca.pem", '--header', "OSF-TOKEN: $((Get-Content "$TestDrive/gateway-token").Trim())", "https://localhost:$port/gateway/denylist")
        ($asked.Output | ConvertFrom-Json).devices.uuid | Should -Be "$($device.Uuid)"
    }

    It 'has a copy of its ledger that is whole' {
        $copy = @{ '/backup/ledger-2027-01-31.db' = "$TestDrive/copy.db" }
        $run = Invoke-GuideCommand 'lmp-factory backup' $copy
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run = Invoke-GuideCommand 'lmp-factory restore --check' $copy
        $run.ExitCode | Should -Be 0 -Because ($run.Error + $run.Output)
    }

    It 'has an audit that holds' {
        (Invoke-GuideCommand 'lmp-factory audit verify').Output | Should -Match 'rows hold'
    }

    It 'lets a list of expected devices in, and a repaired board once' {
        Set-Content "$TestDrive/list.csv" "uuid,name,production`n11111111-2222-4333-8444-555555555555,pump,true"
        (Invoke-GuideCommand 'lmp-factory devices import' @{ 'list.csv' = "$TestDrive/list.csv" }).Output | Should -Match '1 devices'
        $other = Import-Csv "$TestDrive/devices.csv" | Select-Object -Last 1
        (Invoke-GuideCommand 'lmp-factory devices rekey' @{ 'UUID' = $other.Uuid }).ExitCode | Should -Be 0
    }
}
