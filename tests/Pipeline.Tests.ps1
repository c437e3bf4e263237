# The pipeline from a device that was never registered to one that proves who it is, with a real token and over real HTTPS.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A device with a token' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/token-device" -Token $factory.Token
        $run = Invoke-RigWrapper $device $factory
        $toml = Get-Content "$($device.Sota)/sota.toml" -Raw
        $uuid = [regex]::Match($run.Output, 'UUID: ([0-9a-f-]{36})').Groups[1].Value
        $objects = @(Get-RigTokenObject $device)
    }

    It 'is registered by the wrapper, which says so' {
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        $run.Output | Should -Match 'Device is now registered\.'
    }

    It 'has its key pair and its certificate in the token, and nothing else' {
        $objects.Count | Should -Be 3
        ($objects | Where-Object Class -EQ 'Private Key').label | Should -Be 'tls'
        ($objects | Where-Object Class -EQ 'Private Key').ID | Should -Be '01'
        ($objects | Where-Object Class -EQ 'Private Key').Access | Should -Match 'sensitive.*never extractable'
        ($objects | Where-Object Class -EQ 'Private Key').Usage | Should -Match 'sign'
        ($objects | Where-Object Class -EQ 'Private Key').Usage | Should -Match 'derive'
        ($objects | Where-Object Class -EQ 'Public Key').label | Should -Be 'tls'
        ($objects | Where-Object Class -EQ 'Public Key').ID | Should -Be '01'
        ($objects | Where-Object Class -EQ 'Certificate').label | Should -Be 'client'
        ($objects | Where-Object Class -EQ 'Certificate').ID | Should -Be '03'
        ($objects | Where-Object Class -EQ 'Certificate').subject | Should -Match $uuid
    }

    It 'has <Name> with mode <Mode>' -ForEach @(
        @{ Name = ''; Mode = 'drwx------' }
        @{ Name = 'root.crt'; Mode = '-rw-r--r--' }
        @{ Name = 'client.pem'; Mode = '-rw-r--r--' }
        @{ Name = 'client.chained'; Mode = '-rw-r--r--' }
        @{ Name = 'sota.toml'; Mode = '-rw-------' }
    ) {
        (Get-Item "$($device.Sota)/$Name").UnixMode | Should -Be $Mode
    }

    It 'has nothing else in its SOTA directory: no key file, no journal, no temporary file' {
        (Get-ChildItem $device.Sota -Force).Name -join ' ' | Should -Be 'client.chained client.pem root.crt sota.toml'
    }

    It 'has exactly one [p11] section, at the end of sota.toml' {
        $expected = "`n[p11]`nmodule = `"$(Get-RigPath SoftHsm)`"`npass = `"$(Get-RigPath Pin)`"`ntls_pkey_id = `"01`"`ntls_clientcert_id = `"03`"`n"
        $toml.EndsWith($expected) | Should -BeTrue
        [regex]::Matches($toml, '\[p11\]').Count | Should -Be 1
    }

    It 'is in the ledger, once, with what it was told to be' {
        $row = @(Get-RigLedger $factory | Where-Object uuid -EQ $uuid)
        $row.Count | Should -Be 1
        $row[0].hardwareId | Should -Be 'intel-corei7-64'
        $row[0].tags | Should -Be 'main'
    }

    It 'proves its identity to the gateway with the key in the token' {
        $answer = Get-RigGatewayAnswer $device
        $answer.Error | Should -BeNullOrEmpty
        $answer.Output | Should -Match ('"uuid": ?"{0}"' -f $uuid)
        $answer.Output | Should -Match '"factory": ?"acme"'
    }

    It 'cannot prove it with a wrong PIN' {
        $copy = "$TestDrive/wrong-pin/var/sota"
        $null = New-Item -ItemType Directory $copy -Force
        Copy-Item "$($device.Sota)/root.crt" "$copy/root.crt"
        $toml.Replace('pass = "87654321"', 'pass = "87654320"') | Set-Content "$copy/sota.toml"
        $answer = Get-RigGatewayAnswer @{ Sota = $copy; SoftHsmConf = $device.SoftHsmConf }
        $answer.ExitCode | Should -Not -Be 0
        $answer.Output | Should -BeNullOrEmpty
    }

    It 'stays as it is when the wrapper runs again, which is a success that says so' {
        $before = (Get-FileHash "$($device.Sota)/sota.toml").Hash
        $again = Invoke-RigWrapper $device $factory
        $again.ExitCode | Should -Be 0
        $again.Output | Should -Match 'Already registered'
        (Get-FileHash "$($device.Sota)/sota.toml").Hash | Should -Be $before
        @(Get-RigTokenObject $device).Count | Should -Be 3
    }

    It 'needs neither API token nor network to be found registered' {
        Remove-Item "$($device.Root)/etc/lmp-device-register-token"
        $again = Invoke-RigWrapper $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/' }
        $again.Error | Should -BeNullOrEmpty
        $again.ExitCode | Should -Be 0
    }
}

Describe 'A registered device' {
    It 'is registered anew with -Force, with the API token its file has' {
        $device = New-RigDevice -Path "$TestDrive/forced" -Token $factory.Token
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        $before = Get-Content "$($device.Sota)/client.pem" -Raw
        $again = Invoke-RigCommand "(Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey -Force | Register-FoundriesDevice | Export-SotaCredentials).State" -Device $device -Factory $factory
        $again.Lines | Should -Be 'Registered' -Because $again.Error
        Get-Content "$($device.Sota)/client.pem" -Raw | Should -Not -Be $before
        @(Get-RigTokenObject $device).Count | Should -Be 3
        (Get-RigGatewayAnswer $device).ExitCode | Should -Be 0
    }
}

Describe 'A device without a token' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/file-device" -Token $factory.Token -Hsm ''
        $run = Invoke-RigWrapper $device $factory
    }

    It 'is registered with a key file only its owner can read' {
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        (Get-Item "$($device.Sota)/pkey.pem").UnixMode | Should -Be '-rw-------'
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Not -Match 'p11'
    }

    It 'proves its identity to the gateway' {
        $answer = Invoke-RigProcess curl @('--silent', '--show-error', '--cacert', "$($device.Sota)/root.crt",
            '--cert', "$($device.Sota)/client.pem", '--key', "$($device.Sota)/pkey.pem", "$($factory.gateway)/")
        $answer.Error | Should -BeNullOrEmpty
        $answer.Output | Should -Match '"factory": ?"acme"'
    }
}

Describe 'The pipeline, cmdlet by cmdlet' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/step-device" -Token $factory.Token
    }

    It 'changes nothing with -WhatIf' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey -WhatIf | Register-FoundriesDevice -WhatIf | Export-SotaCredentials -WhatIf" -Device $device -Factory $factory
        $run.ExitCode | Should -Be 0
        Test-Path $device.Sota | Should -BeFalse
        (Get-ChildItem "$($device.Root)/var/lib/softhsm/tokens" -Force).Count | Should -Be 0
    }

    It 'can be walked one step a process, and each step takes up what the one before made durable' {
        $key = 'Get-SotaConfig -Root ''{0}'' | New-HsmDeviceKey' -f $device.Root
        $first = Invoke-RigCommand "($key).Uuid" -Device $device -Factory $factory
        $first.Error | Should -BeNullOrEmpty
        $second = Invoke-RigCommand "(`$r = $key | Register-FoundriesDevice).Uuid; `$r.Key.Uuid" -Device $device -Factory $factory
        $second.Error | Should -BeNullOrEmpty
        $third = Invoke-RigCommand "($key | Register-FoundriesDevice | Export-SotaCredentials).Uuid" -Device $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/' }
        $third.Error | Should -BeNullOrEmpty
        $third.Lines[0] | Should -Be $first.Lines[0]
        @(Get-RigLedger $factory | Where-Object uuid -EQ $first.Lines[0]).Count | Should -Be 1
    }

    It 'shows where every value came from' {
        $run = Invoke-RigCommand "(Get-SotaConfig -Root '$($device.Root)').Settings | ForEach-Object { `"`$(`$_.Name)=`$(`$_.Source)`" }" -Device $device -Factory $factory
        $run.Lines | Should -Contain "Tags=$($device.Root)/etc/sota/tag:1"
        $run.Lines | Should -Contain "Factory=$($device.Root)/etc/os-release:3"
        $run.Lines | Should -Contain "Hsm.Pin=$($device.Root)/etc/sota/hsm:2"
        $run.Lines | Should -Contain 'DeviceApi=environment DEVICE_API'
    }
}
