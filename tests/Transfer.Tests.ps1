# A device on its way over three machines: keys made on one, signed on another, put in place on a third.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $phrase = 'correct horse battery'

    # One machine's part: a script of its own, in a directory of its own. $station reaches the factory, $noToken does not.
    function Invoke-Machine([string] $Name, [string] $Command) {
        $script = "Set-StrictMode -Version Latest; Import-Module '$(Get-RigPath Module)'; `$ErrorActionPreference = 'Stop'; `$TestDrive = '$TestDrive'`n" +
        'function Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText }' + "`n" +
        "`$station = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$($factory.api)' -ApiTokenPath '$($factory.tokenFile)' -IgnoreDeviceFiles -NoHsm`n" +
        "`$noToken = Get-SotaConfig -Factory acme -Tag main,next -HardwareId board -DeviceGroup blue -App one,two -DeviceApi '$($factory.api)' -IgnoreDeviceFiles -NoHsm`n" +
        "`$phrase = Secret '$phrase'`n`$sign = @{ SigningKeyPath = '$TestDrive/EC.key' }; `$check = @{ SenderCertificatePath = '$TestDrive/EC.crt' }`n$Command`n"
        $null = New-Item -ItemType Directory "$TestDrive/$Name" -Force
        Invoke-RigScript "$TestDrive/$Name/run.ps1" -Text $script -Environment @{ SSL_CERT_FILE = $factory.caFile }
    }

    function Get-FileName([string] $Path) {
        (Get-ChildItem $Path -Force).Name -join ' '
    }

    # A recipient: certificate and private key of a kind.
    function Add-Recipient([string] $Kind) {
        $new = $Kind -eq 'RSA' ? @('rsa:2048') : @('ec', '-pkeyopt', 'ec_paramgen_curve:P-256')
        $made = Invoke-RigProcess openssl (@('req', '-x509', '-nodes', '-subj', "/CN=$Kind", '-days', '1', '-keyout', "$TestDrive/$Kind.key", '-out', "$TestDrive/$Kind.crt", '-newkey') + $new)
        $made.ExitCode | Should -Be 0 -Because $made.Error
    }

    # What every machine signs with, and names.
    Add-Recipient EC
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A line of keys made on one machine, signed on a second, put in place on a third' {
    BeforeAll {
        $made = Invoke-Machine 'one' ('1..3 | ForEach-Object { [pscustomobject]@{ SerialNumber = "T$_" } } | New-HsmDeviceKey -BaseConfig $noToken -Path { "$TestDrive/one/$($_.SerialNumber)" } -ThrottleLimit 2 -Ordered | ' +
            'Export-DeviceEnrollment @sign -Path { "$TestDrive/post/$($_.Name).json" } -Passphrase $phrase -ThrottleLimit 2 -Ordered | ForEach-Object { "$($_.Name) $($_.State) $($_.PrivateKey)" }')
        $first = Get-Content "$TestDrive/post/T1.json" -Raw
        $sign = 'Get-Item "$TestDrive/post/T?.json" | Import-DeviceEnrollment @check -Destination { "$TestDrive/two/$($_.BaseName)" } -BaseConfig $station -ThrottleLimit 2 -Ordered | ' +
        'Register-FoundriesDevice -ThrottleLimit 2 -Ordered | Export-DeviceEnrollment @sign -Path { "$TestDrive/back/$($_.Name).json" } -ThrottleLimit 2 -Ordered | ForEach-Object { "$($_.Name) $($_.State) $($_.PrivateKey)" }'
        $signed = Invoke-Machine 'two' $sign
        $again = Invoke-Machine 'two' $sign
        $place = 'Get-Item "$TestDrive/back/T?.json" | Import-DeviceEnrollment @check -Destination { "$TestDrive/three/$($_.BaseName)" } -Passphrase $phrase -ThrottleLimit 2 -Ordered | ' +
        'Export-SotaCredentials -ThrottleLimit 2 -Ordered | ForEach-Object { "$($_.Name) $($_.Uuid) $($_.AlreadyRegistered)" }'
        $placed = Invoke-Machine 'three' $place
        $placedAgain = Invoke-Machine 'three' $place
        $ledger = @(Get-RigLedger $factory | Where-Object name -Like 'T?')
    }

    It 'goes through each machine' {
        $made.Error + $signed.Error + $placed.Error | Should -BeNullOrEmpty
        $made.Lines -join ', ' | Should -Be 'T1 KeyMade Passphrase, T2 KeyMade Passphrase, T3 KeyMade Passphrase'
        $signed.Lines -join ', ' | Should -Be 'T1 AnswerReceived Passphrase, T2 AnswerReceived Passphrase, T3 AnswerReceived Passphrase'
        $placed.Lines.Count | Should -Be 3
    }

    It 'ends with each device once, and with the identity the ledger has' {
        $ledger.Count | Should -Be 3
        foreach ($row in $ledger) {
            $placed.Lines | Should -Contain "$($row.name) $($row.uuid) False"
            Get-FileName "$TestDrive/three/$($row.name)" | Should -Be 'client.chained client.pem pkey.pem root.crt sota.toml'
            openssl x509 -in "$TestDrive/three/$($row.name)/client.pem" -noout -subject | Should -Match "CN = $($row.uuid)"
            openssl x509 -in "$TestDrive/three/$($row.name)/client.pem" -noout -pubkey | Should -Be (openssl pkey -in "$TestDrive/three/$($row.name)/pkey.pem" -pubout)
            (Get-Item "$TestDrive/three/$($row.name)/pkey.pem").UnixMode | Should -Be '-rw-------'
        }
    }

    It 'hands on what the device was told to be, and not what the second machine is' {
        $toml = Get-Content "$TestDrive/three/T1/sota.toml" -Raw
        $toml | Should -Match 'tags = "main,next"'
        $toml | Should -Match 'compose_apps = "one,two"'
    }

    It 'asks the factory nothing and changes nothing when a machine does its part again' {
        $again.Error + $placedAgain.Error | Should -BeNullOrEmpty
        $again.Output | Should -Be $signed.Output
        $placedAgain.Output | Should -Be $placed.Output.Replace('False', 'True')
        @(Get-RigLedger $factory | Where-Object name -Like 'T?').Count | Should -Be 3
    }

    It 'never lets the second machine have a private key, nor a file an API token' {
        $texts = (Get-ChildItem "$TestDrive/two", "$TestDrive/post", "$TestDrive/back" -File -Recurse -Force -Exclude 'run.ps1' | Get-Content -Raw) -join "`n"
        $texts | Should -Match 'BEGIN ENCRYPTED PRIVATE KEY'
        $texts | Should -Not -Match 'BEGIN (EC )?PRIVATE KEY'
        $texts.Contains($factory.Token) | Should -BeFalse
        $texts.Contains($phrase) | Should -BeFalse
        (Get-Item "$TestDrive/post/T1.json").UnixMode | Should -Be '-rw-------'
    }

    It 'refuses to put in place on the second machine' {
        $run = Invoke-Machine 'two' ('try { Get-Item "$TestDrive/back/T1.json" | Import-DeviceEnrollment @check -Destination "$TestDrive/two/T1" | Export-SotaCredentials } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'RegistrationIncomplete'
    }

    It 'leaves nothing behind when the passphrase is wrong' {
        $run = Invoke-Machine 'four' ('try { Import-DeviceEnrollment @check "$TestDrive/back/T1.json" "$TestDrive/four/T1" -Passphrase (Secret "another phrase") } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'PrivateKeyLocked'
        Test-Path "$TestDrive/four/T1/.registration" | Should -BeFalse
    }

    It 'never overwrites the factory''s answer with the question' {
        $run = Invoke-Machine 'one' ('try { [pscustomobject]@{ SerialNumber = "T1" } | New-HsmDeviceKey -BaseConfig $noToken -Path "$TestDrive/one/T1" | Export-DeviceEnrollment @sign "$TestDrive/back/T1.json" -Passphrase $phrase } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'AlreadyRegistered'
        Get-Content "$TestDrive/post/T1.json" -Raw | Should -Be $first
    }
}

Describe 'A key sealed for a certificate' {
    BeforeAll {
        Add-Recipient RSA
    }

    It 'opens with the key of that certificate, and for openssl too' {
        $made = Invoke-Machine 'sealed' ('[pscustomobject]@{ SerialNumber = "RSA" } | New-HsmDeviceKey -BaseConfig $station -Path "$TestDrive/sealed/device" | Register-FoundriesDevice | ' +
            'Export-DeviceEnrollment @sign "$TestDrive/RSA.json" -RecipientCertificatePath "$TestDrive/RSA.crt" | ForEach-Object { $_.PrivateKey }')
        $made.Error | Should -BeNullOrEmpty
        $made.Lines | Should -Be 'Certificate'
        $placed = Invoke-Machine 'opened' ('Import-DeviceEnrollment @check "$TestDrive/RSA.json" "$TestDrive/opened/device" -RecipientKeyPath "$TestDrive/RSA.key" | Export-SotaCredentials | ForEach-Object { $_.Name }')
        $placed.Error | Should -BeNullOrEmpty
        $placed.Lines | Should -Be 'RSA'
        (Get-Content "$TestDrive/RSA.json" -Raw | ConvertFrom-Json).key.sealed | Set-Content "$TestDrive/RSA.cms"
        $run = Invoke-RigProcess openssl @('cms', '-decrypt', '-inform', 'PEM', '-in', "$TestDrive/RSA.cms", '-recip', "$TestDrive/RSA.crt", '-inkey', "$TestDrive/RSA.key", '-binary', '-out', "$TestDrive/RSA.der")
        $run.ExitCode | Should -Be 0 -Because $run.Error
        openssl pkey -inform DER -in "$TestDrive/RSA.der" -pubout | Should -Be (openssl pkey -in "$TestDrive/opened/device/pkey.pem" -pubout)
    }

    It 'is refused for a certificate that only signs' {
        $run = Invoke-Machine 'refused' ('try { [pscustomobject]@{ SerialNumber = "RSA" } | New-HsmDeviceKey -BaseConfig $station -Path "$TestDrive/sealed/device" | Export-DeviceEnrollment @sign "$TestDrive/no.json" -RecipientCertificatePath "$TestDrive/EC.crt" } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'SettingInvalid'
    }

    It 'does not open with another key' {
        $run = Invoke-Machine 'other' ('try { Import-DeviceEnrollment @check "$TestDrive/RSA.json" "$TestDrive/other/device" -RecipientKeyPath "$TestDrive/EC.key" } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'PrivateKeyLocked'
    }
}

Describe 'A key that stays on its machine' {
    It 'may leave only encrypted' {
        $run = Invoke-Machine 'stay' ('try { [pscustomobject]@{ SerialNumber = "S1" } | New-HsmDeviceKey -BaseConfig $noToken -Path "$TestDrive/stay/S1" | Export-DeviceEnrollment @sign "$TestDrive/S1.json" } catch { $_.FullyQualifiedErrorId.Split(",")[0] }')
        $run.Lines | Should -Be 'SettingInvalid'
        Test-Path "$TestDrive/S1.json" | Should -BeFalse
    }

    It 'gets its certificate from the machine that asked for it' {
        $run = Invoke-Machine 'stay' ('[pscustomobject]@{ SerialNumber = "S1" } | New-HsmDeviceKey -BaseConfig $noToken -Path "$TestDrive/stay/S1" | Export-DeviceEnrollment @sign "$TestDrive/S1.json" -WithoutKey | ForEach-Object { "$($_.PrivateKey)" }')
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be 'StaysBehind'
        $run = Invoke-Machine 'asks' ('Import-DeviceEnrollment @check "$TestDrive/S1.json" "$TestDrive/asks/S1" -BaseConfig $station | Register-FoundriesDevice | Export-DeviceEnrollment @sign "$TestDrive/S1-answer.json" | ForEach-Object { "$($_.State) $($_.PrivateKey)" }')
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be 'AnswerReceived StaysBehind'
        $run = Invoke-Machine 'stay' ('Import-DeviceEnrollment @check "$TestDrive/S1-answer.json" "$TestDrive/stay/S1" | Export-SotaCredentials | ForEach-Object { "$($_.Name) $($_.Uuid)" }')
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be "S1 $(@(Get-RigLedger $factory | Where-Object name -EQ 'S1')[0].uuid)"
    }
}

Describe 'A key in a token' {
    It 'is asked for by another machine, and gets its certificate in the token' {
        $device = New-RigDevice -Path "$TestDrive/hsm" -Token $factory.Token
        $own = "Get-SotaConfig -Root '$($device.Root)'"
        $made = Invoke-RigCommand "$own -Name H1 | New-HsmDeviceKey | Export-DeviceEnrollment '$TestDrive/H1.json' -SigningKeyPath '$TestDrive/EC.key' | ForEach-Object { `"`$(`$_.PrivateKey)`" }" -Device $device -Factory $factory
        $made.Error | Should -BeNullOrEmpty
        $made.Lines | Should -Be 'Token'
        $asked = Invoke-Machine 'asksH' ('Import-DeviceEnrollment @check "$TestDrive/H1.json" "$TestDrive/asksH/H1" -BaseConfig $station | Register-FoundriesDevice | Export-DeviceEnrollment @sign "$TestDrive/H1-answer.json" | ForEach-Object { "$($_.State) $($_.PrivateKey)" }')
        $asked.Error | Should -BeNullOrEmpty
        $asked.Lines | Should -Be 'AnswerReceived Token'
        $placed = Invoke-RigCommand "Import-DeviceEnrollment '$TestDrive/H1-answer.json' -SenderCertificatePath '$TestDrive/EC.crt' -Root '$($device.Root)' -BaseConfig ($own) | Export-SotaCredentials | ForEach-Object { `$_.Name }" -Device $device -Factory $factory
        $placed.Error | Should -BeNullOrEmpty
        $placed.Lines | Should -Be 'H1'
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Match '\[p11\]'
        (Get-RigGatewayAnswer $device).Output | Should -Match (@(Get-RigLedger $factory | Where-Object name -EQ 'H1')[0].uuid)
    }
}

Describe 'A hand-over file that somebody changed, or that nothing proves' {
    BeforeAll {
        $null = Invoke-Machine 'made' ('[pscustomobject]@{ SerialNumber = "P1" } | New-HsmDeviceKey -BaseConfig $noToken -Path "$TestDrive/made/P1" | Export-DeviceEnrollment @sign "$TestDrive/P1.json" -WithoutKey')
        $null = Invoke-Machine 'made' ('[pscustomobject]@{ SerialNumber = "P1" } | New-HsmDeviceKey -BaseConfig $noToken -Path "$TestDrive/made/P1" | Export-DeviceEnrollment "$TestDrive/P1-words.json" -WithoutKey -Passphrase $phrase')
        $changed = (Get-Content -Raw "$TestDrive/P1.json").Replace('"blue"', '"red"')
        Set-Content -Path "$TestDrive/P1-changed.json" -Value $changed
        Set-Content -Path "$TestDrive/P1-words-changed.json" -Value (Get-Content -Raw "$TestDrive/P1-words.json").Replace('"blue"', '"red"')
        $failing = 'try { Import-DeviceEnrollment {0} -Destination "$TestDrive/taken" -BaseConfig $station } catch { $_.FullyQualifiedErrorId.Split(",")[0] }'
    }

    It 'is refused where its sender is named' {
        (Invoke-Machine 'changed' $failing.Replace('{0}', '"$TestDrive/P1-changed.json" @check')).Lines | Should -Be 'EnrollmentFileInvalid'
        Test-Path "$TestDrive/taken" | Should -BeFalse
    }

    It 'is refused where the passphrase is given' {
        (Invoke-Machine 'changed' $failing.Replace('{0}', '"$TestDrive/P1-words-changed.json" -Passphrase $phrase')).Lines | Should -Be 'EnrollmentFileInvalid'
        (Invoke-Machine 'changed' $failing.Replace('{0}', '"$TestDrive/P1.json" -Passphrase $phrase')).Lines | Should -Be 'EnrollmentFileInvalid'
        Test-Path "$TestDrive/taken" | Should -BeFalse
    }

    It 'is taken where the passphrase proves it' {
        $run = Invoke-Machine 'words' 'Import-DeviceEnrollment "$TestDrive/P1-words.json" "$TestDrive/words/P1" -Passphrase $phrase | ForEach-Object { "$($_.Name) $($_.Config.DeviceGroup)" }'
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be 'P1 blue'
    }

    It 'gives an identity and nothing else where nothing proves it, and says so' {
        $run = Invoke-Machine 'unproven' 'Import-DeviceEnrollment "$TestDrive/P1-changed.json" "$TestDrive/unproven/P1" -BaseConfig $station -WarningVariable said -WarningAction SilentlyContinue | ForEach-Object { "$($_.Name) [$($_.Config.DeviceGroup)] $($_.Config.Tags -join "+")" }; "$said"'
        $run.Lines[0] | Should -Be 'P1 [] main'
        $run.Lines[1] | Should -Match '^Nothing proves who wrote'
    }

    It 'is refused in the form that nothing could prove' {
        Set-Content -Path "$TestDrive/P1-old.json" -Value (Get-Content -Raw "$TestDrive/P1.json").Replace('"version": 2', '"version": 1')
        $run = Invoke-Machine 'old' 'try { Import-DeviceEnrollment "$TestDrive/P1-old.json" "$TestDrive/old/P1" @check } catch { $_.FullyQualifiedErrorId.Split(",")[0]; "$_" }'
        $run.Lines[0] | Should -Be 'EnrollmentFileInvalid'
        $run.Lines[1] | Should -Match 'version 1 .* export the device again'
    }
}
