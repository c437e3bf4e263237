# The doctor: what it sees of devices in every state, offline and online, and that it changes nothing.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    # The results by name, from a process of its own.
    function Get-Finding([hashtable] $Device, [string] $Argument = '', [hashtable] $Environment = @{}) {
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($Device.Root)' $Argument | ForEach-Object { (`$_.Number, `$_.Name, `$_.Status, `$_.Seen, `$_.Remedy) -join '|' }" `
            -Device $Device -Factory $factory -Environment $Environment
        $run.Error | Should -BeNullOrEmpty
        $found = [ordered]@{}
        foreach ($line in $run.Lines) {
            $field = $line.Split('|')
            $found[$field[1]] = [pscustomobject]@{ Number = [int] $field[0]; Status = $field[2]; Seen = $field[3]; Remedy = $field[4] }
        }

        $found
    }

    # Every file below a root with its content, mode and time.
    function Get-Picture([string] $Path) {
        foreach ($file in Get-ChildItem $Path -Force -Recurse | Sort-Object FullName) {
            "$file $($file.UnixMode) $($file.LastWriteTimeUtc.Ticks) $(if (-not $file.PSIsContainer) { (Get-FileHash $file).Hash })"
        }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A device that was never registered' -Tag 'Beside' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/new" -Token $factory.Token
        $before = @(Get-Picture $device.Root)
        $offline = Get-Finding $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/' }
        $online = Get-Finding $device '-Online'
        $after = @(Get-Picture $device.Root)
    }

    It 'has seventeen checks, numbered in order' {
        $offline.Count | Should -Be 17
        @($offline.Values.Number) -join ' ' | Should -Be (@(1..17) -join ' ')
    }

    It 'fails none of them, offline or online' {
        @($offline.Values.Status) | Should -Not -Contain 'Failed'
        @($online.Values.Status) | Should -Not -Contain 'Failed'
    }

    It 'skips <_> offline and says how to have it done' -ForEach 'DNS', 'TLS', 'Server', 'Gateway' {
        $offline[$_].Status | Should -Be 'Skipped'
        $offline[$_].Remedy | Should -Match '-Online'
    }

    It 'shows the certificate of the server online' {
        $online['TLS'].Status | Should -Be 'Passed'
        $online['TLS'].Seen | Should -Match 'issued by .*valid until 20'
        $online['Server'].Seen | Should -Match 'answers within \d+ ms'
    }

    It 'sees a blank token and leaves it blank' {
        $online['Token'].Seen | Should -Match 'blank token'
        $after -join "`n" | Should -Be ($before -join "`n")
    }
}

Describe 'A registered device' -Tag 'Beside' {
    BeforeAll {
        $device = New-RigDevice -Path "$TestDrive/registered" -Token $factory.Token
        $registered = Invoke-RigWrapper $device $factory
        $registered.ExitCode | Should -Be 0
        $online = Get-Finding $device '-Online'
    }

    It 'passes <_>' -ForEach 'Registration', 'Token', 'PIN state', 'Key and certificate', 'sota.toml', 'Gateway' {
        $online[$_].Status | Should -Be 'Passed'
    }

    It 'is accepted by the gateway with the key in the token' {
        $online['Gateway'].Seen | Should -Match 'accepts the device \(TLS 1\.[23], HTTP 200\)'
    }

    It 'shows no secret, whatever is asked' {
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($device.Root)' -Online -Verbose -Debug" -Device $device -Factory $factory
        foreach ($secret in $factory.Token, (Get-RigPath Pin), (Get-RigPath SoPin)) {
            "$($run.Output)$($run.Error)" | Should -Not -Match ([regex]::Escape($secret))
        }
    }

    It 'is healthy with -Quiet' {
        (Invoke-RigCommand "Test-SotaRegistration -Root '$($device.Root)' -Quiet" -Device $device -Factory $factory).Lines | Should -Be @('True')
    }

    It 'is seen to be damaged when <What>' -ForEach @(
        @{ What = 'sota.toml has a line that is no TOML'; Damage = { param($sota) Add-Content "$sota/sota.toml" 'broken' }; Check = 'sota.toml' }
        @{ What = 'root.crt is gone'; Damage = { param($sota) Remove-Item "$sota/root.crt" }; Check = 'Registration' }
        @{ What = 'others may write to its directory'; Damage = { param($sota) chmod 777 $sota }; Check = 'Permissions' }
    ) {
        $copy = "$TestDrive/damaged-$Check"
        $target = "$copy/var/sota"
        $null = New-Item -ItemType Directory $target -Force
        Copy-Item "$($device.Sota)/*" $target
        & $Damage $target
        $damaged = @{ Root = $copy; Sota = $target; SoftHsmConf = $device.SoftHsmConf }
        $found = Get-Finding $damaged '-Factory acme'
        $found[$Check].Status | Should -Be 'Failed'
        $found[$Check].Remedy | Should -Not -BeNullOrEmpty
        (Invoke-RigCommand "Test-SotaRegistration -Root '$copy' -Quiet" -Device $damaged).Lines | Should -Be @('False')
    }
}

Describe 'A device with a problem' -Tag 'Beside' {
    It 'has <Check> failed, with a remedy, when <What>' -ForEach @(
        @{ What = 'its tag is two lines'; File = 'etc/sota/tag'; Text = "a`nb`n"; Check = 'Configuration' }
        @{ What = 'its API token is missing'; File = 'etc/lmp-device-register-token'; Text = $null; Check = 'API token' }
        @{ What = 'its hsm file names no module'; File = 'etc/sota/hsm'; Text = "HSM_PIN=87654321`nHSM_SOPIN=12345678`n"; Check = 'HSM settings' }
        @{ What = 'its PKCS#11 module is none'; File = 'etc/sota/hsm'; Text = "HSM_MODULE=/etc/passwd`nHSM_PIN=87654321`nHSM_SOPIN=12345678`n"; Check = 'PKCS#11 module' }
        @{ What = 'its PIN is too short for the token'; File = 'etc/sota/hsm'; Text = 'short'; Check = 'PIN state' }
    ) {
        $device = New-RigDevice -Path "$TestDrive/problem-$([Math]::Abs($What.GetHashCode()))" -Token $factory.Token
        if ($Text -eq 'short') {
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
            $Text = "HSM_MODULE=$(Get-RigPath SoftHsm)`nHSM_PIN=123`nHSM_SOPIN=12345678`n"
        }

        if ($null -eq $Text) {
            Remove-Item "$($device.Root)/$File"
        }
        else {
            Set-Content "$($device.Root)/$File" $Text -NoNewline
        }

        $found = Get-Finding $device
        $found[$Check].Status | Should -Be 'Failed'
        $found[$Check].Remedy | Should -Not -BeNullOrEmpty
        @($found.Values | Where-Object Status -EQ 'Failed').Count | Should -Be 1
    }

    It 'whose tokens share a label is checked with the one that <Argument> names' -ForEach @(
        @{ Argument = "-TokenSerial '{0}'" }
        @{ Argument = "-Pkcs11Uri 'pkcs11:token=aktualizr;serial={0}'" }
    ) {
        $device = New-RigDevice -Path "$TestDrive/twins-$([guid]::NewGuid())" -Token $factory.Token
        foreach ($time in 1, 2) {
            $null = Invoke-RigChecked sh @('-c', "SOFTHSM2_CONF='$($device.SoftHsmConf)' softhsm2-util --init-token --free --label aktualizr --pin $(Get-RigPath Pin) --so-pin $(Get-RigPath SoPin)")
        }

        (Get-Finding $device)['Token'].Seen | Should -Match '2 tokens of .* are "aktualizr"'
        $serial = (Get-ChildItem "$($device.Root)/var/lib/softhsm/tokens" -Directory)[1].Name.Replace('-', '').Substring(16)
        $found = Get-Finding $device ($Argument -f $serial)
        $found['Token'].Status | Should -Be 'Passed'
        $found['Token'].Seen | Should -Match $serial
    }

    It 'is told which certificate it does not trust' {
        $device = New-RigDevice -Path "$TestDrive/stranger" -Token $factory.Token -Hsm ''
        $found = Get-Finding $device '-Online' -Environment @{ SSL_CERT_FILE = $null }
        $found['TLS'].Status | Should -Be 'Failed'
        $found['TLS'].Seen | Should -Match 'It shows: CN='
        (Get-Finding $device "-Online -CaCertificatePath '$($factory.caFile)'" -Environment @{ SSL_CERT_FILE = $null })['TLS'].Status | Should -Be 'Passed'
    }

    It 'is told when its gateway cannot be reached' {
        $device = New-RigDevice -Path "$TestDrive/unknown" -Token $factory.Token -Hsm ''
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 0
        $toml = Get-Content "$($device.Sota)/sota.toml" -Raw
        $toml.Replace($factory.gateway, 'https://127.0.0.1:9') | Set-Content "$($device.Sota)/sota.toml"
        (Get-Finding $device '-Online')['Gateway'].Status | Should -Be 'Failed'
    }
}

Describe 'A user who may not read everything' -Tag 'Beside' {
    BeforeDiscovery {
        # As the user nobody, in what everybody may enter.
        $why = if ([Environment]::UserName -ne 'root') { 'only root can become another user' } else { '' }
    }

    BeforeAll {
        $place = [System.IO.Directory]::CreateTempSubdirectory('doctor-').FullName
        $ca = "$place/ca.crt"
        Copy-Item $factory.caFile $ca
        chmod 755 $place
        chmod 644 $ca

        # The shell and the module, where that user can read them wherever this clone is.
        Copy-Item (Split-Path -Parent (Get-RigPath Shell)) "$place/host" -Recurse
        Copy-Item (Get-RigPath Module) "$place/AutoRegister" -Recurse
        $shell = "$place/host/pwsh"

        function Get-NobodysFinding([hashtable] $Device) {
            $command = "Import-Module '$place/AutoRegister/AutoRegister.psd1'; Test-SotaRegistration -Root '$($Device.Root)' -Online | " +
            'ForEach-Object { ($_.Name, $_.Status, $_.Seen, $_.Remedy) -join "|" }'
            $run = Invoke-RigProcess setpriv @('--reuid=65534', '--regid=65534', '--clear-groups', $shell, '-NoProfile', '-NonInteractive', '-Command', $command) `
                -Environment (Get-RigEnvironment $Device -Factory $factory -Environment @{ SSL_CERT_FILE = $ca; HOME = $place })
            $run.Error | Should -BeNullOrEmpty
            $run.Output
        }

        $fresh = New-RigDevice -Path "$place/fresh" -Token $factory.Token
        $registered = New-RigDevice -Path "$place/registered" -Token $factory.Token
        (Invoke-RigWrapper $registered $factory).ExitCode | Should -Be 0
    }

    AfterAll {
        Remove-Item $place -Recurse -Force
    }

    It 'is told what was looked at and what was not: a device that is not registered' -Skip:([bool] $why) {
        $seen = Get-NobodysFinding $fresh
        $seen | Should -Not -Match '\|Failed\|'
        $seen | Should -Match 'Configuration\|Passed'
        $seen | Should -Match 'Server\|Passed'
        $seen | Should -Match 'API token\|Skipped\|.*cannot be read.*\|Run this as root'
        $seen | Should -Match 'HSM settings\|Skipped\|.*cannot be read.*\|Run this as root'
        $seen | Should -Match 'PKCS#11 module\|Skipped\|Which module it is cannot be read'
    }

    It 'is told what was not: a journal of an unfinished registration' -Skip:([bool] $why) {
        $unfinished = New-RigDevice -Path "$place/unfinished" -Token $factory.Token
        $journal = "$($unfinished.Root)/var/sota/.registration"
        $null = New-Item "$journal/journal.json" -Force
        chmod 755 "$($unfinished.Root)/var" "$($unfinished.Root)/var/sota"
        chmod 700 $journal
        Get-NobodysFinding $unfinished | Should -Match 'Registration\|Skipped\|.*cannot be read'
    }

    It 'is told what was looked at and what was not: a registered device' -Skip:([bool] $why) {
        $seen = Get-NobodysFinding $registered
        $seen | Should -Not -Match '\|Failed\|'
        $seen | Should -Match 'Registration\|Skipped\|.*cannot be read.*\|Run this as root'
        $seen | Should -Match 'Key and certificate\|Skipped'
        $seen.Contains($factory.Token) | Should -BeFalse
        $seen.Contains((Get-RigPath Pin)) | Should -BeFalse
    }
}

Describe 'Export-SotaCredentials -VerifyGateway' -Tag 'Beside' {
    It 'says that the gateway accepts the device' {
        $device = New-RigDevice -Path "$TestDrive/verified" -Token $factory.Token
        $run = Invoke-RigCommand "(Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway).GatewayVerified" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @('True')
    }
}
