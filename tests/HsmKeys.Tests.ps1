# Kinds of keys, keys that were there before, and the ways to say which token is meant.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory" -Argument @('--allow-key-types', 'p256,p384,p521,rsa2048,rsa3072')

    function Invoke-Tool([hashtable] $Device, [string[]] $Argument) {
        $run = Invoke-RigProcess pkcs11-tool (@('--module', (Get-RigPath SoftHsm)) + $Argument) -Environment @{ SOFTHSM2_CONF = $Device.SoftHsmConf }
        if ($run.ExitCode -ne 0) {
            throw "pkcs11-tool failed: $($run.Error)"
        }

        $run.Output
    }

    function Add-Token([hashtable] $Device, [string] $Label) {
        $slots = [regex]::Matches((Invoke-Tool $Device @('--list-slots')), '(?m)^Slot (\d+)').Count
        $null = Invoke-Tool $Device @('--slot-index', "$($slots - 1)", '--init-token', '--label', $Label, '--so-pin', (Get-RigPath SoPin))
        $null = Invoke-Tool $Device @('--slot-index', "$($slots - 1)", '--init-pin', '--login', '--so-pin', (Get-RigPath SoPin), '--new-pin', (Get-RigPath Pin))
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A key in <Place>' -ForEach @{ Place = 'a token' }, @{ Place = 'a file' } {
    BeforeAll {
        $hsm = if ($Place -eq 'a file') { @{ Hsm = '' } } else { @{} }
        $device = New-RigDevice -Path "$TestDrive/$($Place.Substring(2))" -Token $factory.Token @hsm
        # All kinds from one shell: devices of their own, each with its directory and its token.
        $made = Invoke-RigCommand @"
            foreach (`$kind in 'EcP384', 'EcP521', 'Rsa2048', 'Rsa3072') {
                `$key = Get-SotaConfig -Root '$($device.Root)' -SotaDirectory "/var/sota-`$kind" -Name "$($Place.Substring(2))-`$kind" -TokenLabel `$kind -WarningAction Ignore |
                    New-HsmDeviceKey -KeyAlgorithm `$kind
                "== `$kind"
                `$key.CertificateRequest
                `$null = `$key | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway
            }
"@ -Device $device -Factory $factory
    }

    It '<Algorithm> is made, certified by the factory, and proves the device''s identity' -ForEach @(
        @{ Algorithm = 'EcP384'; Text = 'ASN1 OID: secp384r1' }
        @{ Algorithm = 'EcP521'; Text = 'ASN1 OID: secp521r1' }
        @{ Algorithm = 'Rsa2048'; Text = 'Public-Key: \(2048 bit\)' }
        @{ Algorithm = 'Rsa3072'; Text = 'Public-Key: \(3072 bit\)' }
    ) {
        $made.ExitCode | Should -Be 0 -Because $made.Error
        $request = Invoke-RigProcess openssl @('req', '-noout', '-text', '-verify') -InputText ($made.Output -split '== ' -match "^$Algorithm")[0]
        "$($request.Output)$($request.Error)" | Should -Match 'self-signature verify OK'
        $request.Output | Should -Match $Text
        $sota = "$($device.Root)/var/sota-$Algorithm"
        $answer = if ($Place -eq 'a file') {
            Invoke-RigProcess curl @('--silent', '--show-error', '--cacert', "$sota/root.crt", '--cert', "$sota/client.pem", '--key', "$sota/pkey.pem", "$($factory.gateway)/")
        }
        else {
            Get-RigGatewayAnswer @{ Sota = $sota; SoftHsmConf = $device.SoftHsmConf }
        }

        $answer.Output | Should -Match '"factory": ?"acme"' -Because $answer.Error
    }
}

Describe 'A key that was there before' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/existing" -Token $factory.Token
        # One device: a factory takes a key for one UUID alone.
        $uuid = [guid]::NewGuid()
        Add-Token $device 'aktualizr'
        $null = Invoke-Tool $device @('--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin), '--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'maker', '--id', '05')
        $null = Invoke-Tool $device @('--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin), '--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'far', '--id', '8300')
    }

    It 'is not there under another name, and the error lists what is' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey -UseExisting -KeyLabel nobody" -Device $device
        $run.Error | Should -Match 'no private key "nobody"'
        $run.Error | Should -Match '"maker" \(id 05\)'
    }

    It 'is refused with an id that the OTA client''s two programs do not agree on' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey -UseExisting -KeyId 8300" -Device $device
        $run.Error | Should -Match '01 to 09'
    }

    It 'named by <By> gets a certificate; sota.toml has its id, nothing is made, and the gateway accepts it' -ForEach @(
        @{ By = 'a PKCS#11 URI'; Config = " -Pkcs11Uri 'pkcs11:token=aktualizr;object=maker'"; Key = '' }
        @{ By = 'its label'; Config = ''; Key = ' -KeyLabel maker' }
        @{ By = 'its id'; Config = ''; Key = ' -KeyId 05' }
    ) {
        if (Test-Path $device.Sota) {
            Remove-Item $device.Sota -Recurse -Force
        }

        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' -Uuid $uuid$Config | New-HsmDeviceKey -UseExisting$Key | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway | ForEach-Object { `$_.GatewayVerified; `$_.Uuid }" -Device $device -Factory $factory
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Lines[0] | Should -Be 'True' -Because $run.Error
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Match 'tls_pkey_id = "05"'
        @(Get-RigTokenObject $device | Where-Object Class -EQ 'Private Key').Count | Should -Be 2
        (Get-RigGatewayAnswer $device).Output | Should -Match $run.Lines[-1]
    }
}

Describe 'A key and a certificate that were there before' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/provisioned" -Token $factory.Token
        Add-Token $device 'aktualizr'
        $login = '--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin)
        $null = Invoke-Tool $device ($login + @('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'maker', '--id', '05'))
        $config = "Get-SotaConfig -Root '$($device.Root)' -ApiTokenPath '$($device.Root)/etc/lmp-device-register-token'"
        $use = "$config | New-HsmDeviceKey -UseExisting -KeyLabel maker"
        $existing = "Register-FoundriesDevice -UseExistingCertificate -GatewayServer '$($factory.gateway)' -OstreeServer '$($factory.gateway)/ostree' -RootCertificatePath '$TestDrive/factory-root.crt'"

        # The manufacturer: has the factory certify the key, puts the certificate beside it, and leaves no other trace.
        $made = Invoke-RigCommand "$use | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Uuid" -Device $device -Factory $factory
        $uuid = $made.Lines[-1]
        $answered = Get-Content "$($device.Sota)/sota.toml" -Raw
        Copy-Item "$($device.Sota)/root.crt" "$TestDrive/factory-root.crt"
        $null = Invoke-RigProcess openssl @('x509', '-in', "$($device.Sota)/client.pem", '-outform', 'DER', '-out', "$TestDrive/maker.der")
        $null = Invoke-Tool $device ($login + @('--delete-object', '--type', 'cert', '--id', '03'))
        $null = Invoke-Tool $device ($login + @('--write-object', "$TestDrive/maker.der", '--type', 'cert', '--id', '06', '--label', 'maker'))
        Remove-Item $device.Sota -Recurse -Force
        $registered = @(Get-RigLedger $factory).Count
    }

    It 'for <What> are not taken, and the error says why' -ForEach @(
        @{ What = 'another factory'; Option = '-Factory other'; Says = "is of the factory 'acme', not of 'other'" }
        @{ What = 'another device than this one was told to be'; Option = '-Uuid 11111111-2222-3333-4444-555555555555'; Says = "not for '11111111-2222-3333-4444-555555555555'" }
    ) {
        $run = Invoke-RigCommand "$($use.Replace('Get-SotaConfig', "Get-SotaConfig $Option")) | $existing" -Device $device
        $run.Error | Should -Match 'No certificate in token "aktualizr"'
        $run.Error | Should -Match $Says
        "$($device.Sota)/sota.toml" | Should -Not -Exist
        Remove-Item $device.Sota -Recurse -Force
    }

    It 'are used as they are: no request, nothing new in the token, and the gateway accepts the device' {
        $before = @(Get-RigTokenObject $device | ForEach-Object { "$($_.Class) $($_.label) $($_.ID)" })
        # There is no API token, and none is needed.
        Remove-Item "$($device.Root)/etc/lmp-device-register-token"
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' -DeviceAuthorization | New-HsmDeviceKey -UseExisting -KeyLabel maker | $existing | Export-SotaCredentials -VerifyGateway | ForEach-Object { `$_.GatewayVerified; `$_.Uuid }" -Device $device
        $run.Lines -join ' ' | Should -Be "True $uuid" -Because $run.Error
        @(Get-RigTokenObject $device | ForEach-Object { "$($_.Class) $($_.label) $($_.ID)" }) | Should -Be $before
        @(Get-RigLedger $factory).Count | Should -Be $registered
        (Get-RigGatewayAnswer $device).Output | Should -Match $uuid
    }

    It 'get the configuration that the factory would have sent, with the ids they have' {
        $written = Get-Content "$($device.Sota)/sota.toml" -Raw
        $written | Should -Be $answered.Replace('tls_clientcert_id = "03"', 'tls_clientcert_id = "06"')
        $written | Should -Match 'tls_pkey_id = "05"'
    }

    It 'are found by the doctor, with the gateway asked' {
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($device.Root)' -Online | Where-Object Name -In 'Key and certificate', 'Gateway' | ForEach-Object { `"`$(`$_.Name): `$(`$_.Status)`" }" -Device $device -Factory $factory
        $run.Lines -join ', ' | Should -Be 'Key and certificate: Passed, Gateway: Passed' -Because $run.Error
    }

    It 'are a device that is registered when everything runs again' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey -UseExisting -KeyLabel maker | $existing | Export-SotaCredentials | ForEach-Object AlreadyRegistered" -Device $device
        $run.Output | Should -Match 'True'
    }
}

Describe 'A key whose public half is only in a certificate' {
    It 'is used all the same' {
        $device = New-RigDevice -Path "$TestDrive/certified" -Token $factory.Token
        $first = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Uuid" -Device $device -Factory $factory
        $first.ExitCode | Should -Be 0 -Because $first.Error
        $login = '--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin)
        $null = Invoke-RigProcess openssl @('x509', '-in', "$($device.Sota)/client.pem", '-outform', 'DER', '-out', "$TestDrive/client.der")
        $null = Invoke-Tool $device ($login + @('--delete-object', '--type', 'pubkey', '--id', '01'))
        $null = Invoke-Tool $device ($login + @('--write-object', "$TestDrive/client.der", '--type', 'cert', '--id', '01', '--label', 'maker'))
        Remove-Item $device.Sota -Recurse -Force
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' -Uuid $($first.Lines[-1]) | New-HsmDeviceKey -UseExisting -KeyId 01 | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Uuid" -Device $device -Factory $factory
        $run.ExitCode | Should -Be 0 -Because $run.Error
        (Get-RigGatewayAnswer $device).Output | Should -Match $run.Lines[-1]
    }
}

Describe 'Several tokens' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/several" -Token $factory.Token
        Add-Token $device 'aktualizr'
        Add-Token $device 'aktualizr'
        Add-Token $device 'other'
        $listed = Invoke-RigCommand "Get-HsmToken '$(Get-RigPath SoftHsm)' -Label aktualizr | ForEach-Object Serial" -Device $device
        $serials = @($listed.Lines)
    }

    It 'with our label are refused with their serial numbers' {
        $serials.Count | Should -Be 2
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey" -Device $device
        $run.Error | Should -Match $serials[0]
        $run.Error | Should -Match $serials[1]
    }

    It 'are listed by a module that is removed and imported again in one process' {
        $list = "Get-HsmToken '$(Get-RigPath SoftHsm)' -Label aktualizr | ForEach-Object Serial"
        $run = Invoke-RigCommand "$list; Remove-Module AutoRegister; Import-Module '$(Get-RigPath Module)' -Force; $list" -Device $device
        $run.Lines -join ' ' | Should -Be "$serials $serials" -Because $run.Error
    }

    It 'are told apart by <By>' -ForEach @(
        @{ By = '-TokenSerial'; Option = "-TokenSerial '{0}'" }
        @{ By = 'a PKCS#11 URI'; Option = "-Pkcs11Uri 'pkcs11:serial={0}'" }
    ) {
        $choice = $Option -f $serials[1]
        $run = Invoke-RigCommand "`$c = Get-SotaConfig -Root '$($device.Root)' $choice; `$null = `$c | New-HsmDeviceKey; `$c | Get-HsmToken -Object | ForEach-Object Label" -Device $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Contain 'tls'
    }

    It 'with another label is used with -TokenLabel, which warns, and sota.toml names it' {
        $run = Invoke-RigCommand "`$null = Get-SotaConfig -Root '$($device.Root)' -TokenLabel other | New-HsmDeviceKey -Force | Register-FoundriesDevice | Export-SotaCredentials" -Device $device -Factory $factory
        "$($run.Output)$($run.Error)" | Should -Match "The token label is 'other'"
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Match '(?m)^label = "other"$'
    }

    It 'and a PIN in a PKCS#11 URI is refused without being repeated' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' -Pkcs11Uri 'pkcs11:token=aktualizr?pin-value=5550199'" -Device $device
        $run.Error | Should -Match 'pin-value'
        $run.Error | Should -Not -Match '5550199'
    }
}
