# The same device on three PKCS#11 modules that differ from each other wherever the specification lets them, and a fourth that
# cannot make device keys. A module that cannot be started is a skip that says why.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/HsmModules.psm1"
    Import-Module "$PSScriptRoot/support/HsmRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory" -Argument @('--allow-key-types', 'p256,p384,p521,rsa2048,rsa3072')

    function Skip-Unstarted([hashtable] $Hsm) {
        if ($Hsm.Problem) {
            Set-ItResult -Skipped -Because "$($Hsm.Name): $($Hsm.Problem)"
        }
    }

    # As DeviceRig's, with the token's environment: what curl needs to know is what sota.toml says.
    function Get-HsmGatewayAnswer([hashtable] $Device) {
        $toml = Get-Content "$($Device.Sota)/sota.toml" -Raw
        $value = { param($key) [regex]::Match($toml, "(?m)^$key = `"(.*)`"`$").Groups[1].Value }
        $uri = "pkcs11:token=aktualizr;pin-value=$(& $value 'pass')"
        $config = "silent`nshow-error`nurl = `"$(& $value 'server')/`"`ncacert = `"$($Device.Sota)/root.crt`"`n" +
        "engine = `"pkcs11`"`nkey-type = `"ENG`"`nkey = `"$uri;id=%$(& $value 'tls_pkey_id');type=private`"`n" +
        "cert-type = `"ENG`"`ncert = `"$uri;id=%$(& $value 'tls_clientcert_id');type=cert`"`n"
        Invoke-RigHsmProcess $Device @('curl', '--config', '-') -InputText $config -Environment @{ PKCS11_MODULE_PATH = (& $value 'module') }
    }

    function Get-CallCount([string] $Log, [string] $Function) {
        [regex]::Matches((Get-Content $Log -Raw), "(?m)^\d+: $Function$").Count
    }

    # A token that another program set up and put a key into.
    function Add-OccupiedDevice([hashtable] $Hsm, [string] $Name, [string] $Label, [string] $Id) {
        $device = New-RigHsmDevice -Hsm $Hsm -Name $Name -Token $factory.Token
        if ($Hsm.Name -ne 'NSS') {
            $null = Invoke-RigHsmTool $device @('--slot-index', '0', '--init-token', '--label', 'aktualizr', '--so-pin', (Get-RigPath SoPin))
            $null = Invoke-RigHsmTool $device @('--token-label', 'aktualizr', '--init-pin', '--login', '--so-pin', (Get-RigPath SoPin), '--new-pin', (Get-RigPath Pin))
        }

        $null = Invoke-RigHsmTool $device @('--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin), '--keypairgen', '--key-type', 'EC:prime256v1', '--label', $Label, '--id', $Id)
        $device
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A device with a token of <Name>' -Tag 'Beside' -ForEach @(
    @{ Name = 'SoftHSM2' }
    @{ Name = 'tpm2-pkcs11' }
    @{ Name = 'NSS' }
) {
    BeforeAll {
        $hsm = Open-RigHsm -Name $Name -Path "$TestDrive/$Name"
        if (-not $hsm.Problem) {
            $device = New-RigHsmDevice -Hsm $hsm -Name 'device' -Token $factory.Token
            $run = Invoke-RigHsmWrapper $device $factory
        }
    }

    AfterAll {
        Close-RigHsm $hsm
    }

    It 'is registered by the wrapper on <Name>' {
        Skip-Unstarted $hsm
        $run.Output | Should -Match 'Device is now registered\.'
        $run.ExitCode | Should -Be 0
    }

    It 'has a key pair that never leaves it and a certificate, says Get-HsmToken -Object on <Name>' {
        Skip-Unstarted $hsm
        $listed = Invoke-RigHsmCommand $device '$config | Get-HsmToken -Object | ForEach-Object { "$($_.Class) $($_.Label) $($_.Id) $($_.Kind) $($_.Sensitive) $($_.Extractable)" }'
        $listed.Lines | Should -Contain 'PublicKey tls 01 EcP256  '
        $listed.Lines | Should -Contain 'Certificate client 03 EcP256  '
        @($listed.Lines -match '^PrivateKey tls 01 (EcP256)? True False$').Count | Should -Be 1
        $listed.Lines.Count | Should -Be 3
    }

    It 'is shown by Get-HsmToken without a login on <Name>' {
        Skip-Unstarted $hsm
        $listed = Invoke-RigHsmCommand $device '$config | Get-HsmToken -Label aktualizr | ForEach-Object { "$($_.State) $($_.UserPin) $($_.Mechanisms)" }'
        $listed.Output | Should -Match '^Initialized Ready .*CKM_EC_KEY_PAIR_GEN'
    }

    It 'proves its identity to the gateway through the OTA client''s engine on <Name>' {
        Skip-Unstarted $hsm
        $answer = Get-HsmGatewayAnswer $device
        $answer.Output | Should -Match '"factory": ?"acme"' -Because $answer.Error
    }

    It 'proves its identity to the gateway from .NET, says the doctor on <Name>' {
        Skip-Unstarted $hsm
        $asked = Invoke-RigHsmCommand $device "Test-SotaRegistration -Root '$($device.Root)' -Online | Where-Object Name -In 'Key and certificate', 'Gateway' | ForEach-Object { `"`$(`$_.Name): `$(`$_.Status)`" }" $factory
        $asked.Lines -join ', ' | Should -Match '^Key and certificate: (Passed|Warning), Gateway: Passed$' -Because $asked.Output
    }

    It 'stays as it is when the wrapper runs again on <Name>' {
        Skip-Unstarted $hsm
        $again = Invoke-RigHsmWrapper $device $factory
        $again.ExitCode | Should -Be 0
        $again.Output | Should -Match 'Already registered'
    }

    It 'gets another key and certificate with -Force, one login a cmdlet at most, keeps strangers'' keys, and proves its identity again on <Name>' {
        Skip-Unstarted $hsm
        $null = Invoke-RigHsmTool $device @('--token-label', 'aktualizr', '--login', '--pin', (Get-RigPath Pin), '--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'stranger', '--id', '08')
        $log = "$TestDrive/$Name.force.log"
        $forced = Invoke-RigHsmCommand $device '$config | New-HsmDeviceKey -Force | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Uuid' $factory -SpyLog $log
        $forced.ExitCode | Should -Be 0 -Because $forced.Error
        # One makes the key, one proves it before sota.toml names it.
        Get-CallCount $log 'C_Login' | Should -Be 2
        Get-CallCount $log 'C_GenerateKeyPair' | Should -Be 1
        Get-CallCount $log 'C_InitToken' | Should -Be 0
        $left = Invoke-RigHsmCommand $device '$config | Get-HsmToken -Object | ForEach-Object { "$($_.Class) $($_.Label) $($_.Id)" }'
        foreach ($expected in 'PrivateKey stranger 08', 'PublicKey stranger 08', 'PrivateKey tls 01', 'PublicKey tls 01', 'Certificate client 03') {
            @($left.Lines -eq $expected).Count | Should -Be 1 -Because $left.Output
        }

        # The spy is gone: the OTA client uses the module itself.
        $toml = "$($device.Sota)/sota.toml"
        (Get-Content $toml) -replace '^module = .*$', "module = `"$($hsm.Module)`"" | Set-Content $toml
        (Get-HsmGatewayAnswer $device).Output | Should -Match $forced.Lines[-1]
    }

    It 'was asked in the right order and for the right attributes, says the spy on <Name>' {
        Skip-Unstarted $hsm
        $text = Get-Content "$TestDrive/$Name.force.log" -Raw
        $order = @([regex]::Matches($text, '(?m)^\d+: (C_Initialize|C_Login|C_GenerateKeyPair|C_Sign|C_CreateObject|C_Finalize)$') | ForEach-Object { $_.Groups[1].Value })
        # Each signature is two calls: the first asks for its length.
        $order -join ' ' | Should -Match '^(C_Initialize C_Finalize )*C_Initialize C_Login C_GenerateKeyPair (C_Sign )+C_Finalize C_Initialize C_Login (C_Sign )+C_CreateObject C_Finalize$'
        $made = [regex]::Match($text, '(?s)\d+: C_GenerateKeyPair\n.*?Returned').Value
        foreach ($asked in 'CKA_TOKEN\s+True', 'CKA_PRIVATE\s+True', 'CKA_SENSITIVE\s+True', 'CKA_EXTRACTABLE\s+False', 'CKA_SIGN\s+True', 'CKA_VERIFY\s+True') {
            $made | Should -Match $asked
        }
    }

    It 'is asked by -VerifyGateway as well, with the second key that one process made on <Name>' {
        Skip-Unstarted $hsm
        $verified = Invoke-RigHsmCommand $device '$null = $config | New-HsmDeviceKey -Force; $config | New-HsmDeviceKey -Force | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway | ForEach-Object GatewayVerified' $factory
        $verified.Lines | Should -Be 'True' -Because $verified.Error
    }

    It 'refuses a foreign key under our <Which> and leaves it alone on <Name>' -ForEach @(
        @{ Which = 'label'; Label = 'tls'; Id = '07' }
        @{ Which = 'id'; Label = 'stranger'; Id = '01' }
    ) {
        Skip-Unstarted $hsm
        $occupied = Add-OccupiedDevice -Hsm $hsm -Name "foreign-$Which" -Label $Label -Id $Id
        $refused = Invoke-RigHsmWrapper $occupied $factory
        $refused.ExitCode | Should -Be 70
        $refused.Error | Should -Match '\[HsmObjectConflict\]'
        (Invoke-RigHsmTool $occupied @('--token-label', 'aktualizr', '--list-objects')).Output | Should -Match "label:\s+$Label"
    }

    It 'takes up a token that was initialised and has no user PIN on <Name>' {
        Skip-Unstarted $hsm
        if ($Name -eq 'NSS') {
            Set-ItResult -Skipped -Because 'NSS: its SO PIN is empty, and a database has its PIN when it is made'
        }

        $half = New-RigHsmDevice -Hsm $hsm -Name 'half' -Token $factory.Token
        $null = Invoke-RigHsmTool $half @('--slot-index', '0', '--init-token', '--label', 'aktualizr', '--so-pin', (Get-RigPath SoPin))
        $finished = Invoke-RigHsmWrapper $half $factory
        $finished.ExitCode | Should -Be 0 -Because $finished.Error
    }

    It 'tries a wrong PIN once on <Name>' {
        Skip-Unstarted $hsm
        $wrong = Add-OccupiedDevice -Hsm $hsm -Name 'wrong' -Label 'other' -Id '08'
        $file = "$($wrong.Root)/etc/sota/hsm"
        (Get-Content $file -Raw).Replace((Get-RigPath Pin), '87654320') | Set-Content $file
        $log = "$TestDrive/$Name.wrong.log"
        $refused = Invoke-RigHsmCommand $wrong '$config | New-HsmDeviceKey' $factory -SpyLog $log
        $refused.Error | Should -Match 'tried once'
        Get-CallCount $log 'C_Login' | Should -Be 1
        Get-CallCount $log 'C_GenerateKeyPair' | Should -Be 0
    }

    It 'says that the PIN is locked, after as many wrong ones as the TPM allows on <Name>' {
        Skip-Unstarted $hsm
        if ($Name -ne 'tpm2-pkcs11') {
            Set-ItResult -Skipped -Because "$($Name): it never locks a PIN"
        }

        $locked = Add-OccupiedDevice -Hsm $hsm -Name 'locked' -Label 'other' -Id '08'
        $file = "$($locked.Root)/etc/sota/hsm"
        (Get-Content $file -Raw).Replace((Get-RigPath Pin), '87654320') | Set-Content $file
        $said = 1..4 | ForEach-Object { (Invoke-RigHsmWrapper $locked $factory).Error }
        "$said" | Should -Match '\[HsmPinLocked\]'
    }
}

Describe 'A device whose module is NSS itself, not p11-kit' -Tag 'Beside' {
    BeforeAll {
        $hsm = Open-RigHsm -Name 'NSS' -Path "$TestDrive/direct"
    }

    AfterAll {
        Close-RigHsm $hsm
    }

    It 'is registered with -HsmModuleParameter, and the gateway accepts its key, on NSS' {
        Skip-Unstarted $hsm
        $device = New-RigHsmDevice -Hsm $hsm -Name 'device' -Token $factory.Token
        $direct = "`$direct = Get-SotaConfig -Root '$($device.Root)' -HsmModule '$(Get-RigPath LibraryPath)/libsoftokn3.so' -HsmModuleParameter '$($device.NssParameter.Replace("'", "''"))'"
        $run = Invoke-RigHsmCommand $device "$direct; `$direct | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway | ForEach-Object GatewayVerified; $direct; `$direct | Get-HsmToken -Object | ForEach-Object Label" $factory
        $run.Lines[0] | Should -Be 'True' -Because $run.Error
        @($run.Lines[1..3] | Where-Object { $_ -in 'tls', 'client' }).Count | Should -Be 3 -Because $run.Output
        $bare = Invoke-RigHsmCommand $device "Get-HsmToken '$(Get-RigPath LibraryPath)/libsoftokn3.so'"
        $bare.Error | Should -Match 'cannot be initialised'
    }
}

Describe 'A device with a token of openCryptoki, which cannot make EC keys' -Tag 'Beside' {
    BeforeAll {
        $hsm = Open-RigHsm -Name 'openCryptoki' -Path "$TestDrive/openCryptoki"
    }

    AfterAll {
        Close-RigHsm $hsm
    }

    It 'is refused with the mechanism that is missing, and the token stays as it is on openCryptoki' {
        Skip-Unstarted $hsm
        $device = New-RigHsmDevice -Hsm $hsm -Name 'device' -Token $factory.Token
        $before = (Invoke-RigHsmTool $device @('--list-slots')).Output
        $run = Invoke-RigHsmWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match '\[HsmMechanismMissing\]'
        (Invoke-RigHsmTool $device @('--list-slots')).Output | Should -Be $before
    }
}
