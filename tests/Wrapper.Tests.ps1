# Exit codes and words of the wrapper: what systemd and the person who reads the journal go by.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A wrong configuration' {
    It 'ends with 78 and one error that names it: <Problem>' -ForEach @(
        @{ Problem = 'no token file'; Id = 'TokenFileMissing'; Path = 'etc/lmp-device-register-token'; Text = $null }
        @{ Problem = 'an empty token file'; Id = 'TokenFileEmpty'; Path = 'etc/lmp-device-register-token'; Text = "`n  `n" }
        @{ Problem = 'two tags'; Id = 'TagInvalid'; Path = 'etc/sota/tag'; Text = "main`ndevel`n" }
        @{ Problem = 'a command in the hsm file'; Id = 'HsmFileInvalid'; Path = 'etc/sota/hsm'; Text = "HSM_MODULE=`$(touch /tmp/owned)`n" }
        @{ Problem = 'no SO PIN'; Id = 'HsmSettingMissing'; Path = 'etc/sota/hsm'; Text = "HSM_MODULE=/usr/lib/x.so`nHSM_PIN=1234`n" }
        @{ Problem = 'a module that is not there'; Id = 'HsmModuleNotFound'; Path = 'etc/sota/hsm'; Text = "HSM_MODULE=/usr/lib/nowhere.so`nHSM_PIN=12345678`nHSM_SOPIN=12345678`n" }
        @{ Problem = 'the factory lmp'; Id = 'FactoryMissing'; Path = 'etc/os-release'; Text = "LMP_FACTORY=lmp`nLMP_MACHINE=x`n" }
    ) {
        $device = New-RigDevice -Path "$TestDrive/$Id" -Token $factory.Token
        Remove-Item "$($device.Root)/$Path"
        if ($null -ne $Text) {
            Set-Content "$($device.Root)/$Path" $Text -NoNewline
            chmod 600 "$($device.Root)/$Path"
        }

        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error.TrimEnd() | Should -Match "^error: .*\[$Id\]$"
        @($run.Error.Split("`n", [StringSplitOptions]::RemoveEmptyEntries)).Count | Should -Be 1
        Test-Path $device.Sota | Should -BeFalse
    }
}

Describe 'A server' {
    It 'that refuses the token ends it with 77 and its own words' {
        $device = New-RigDevice -Path "$TestDrive/refused" -Token 'not-the-token' -Hsm ''
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 77
        $run.Error | Should -Match 'HTTP_401: Provided token value is not valid'
        $run.Error | Should -Match '\[ApiTokenRejected\]'
        $run.Error | Should -Not -Match 'not-the-token'
    }

    It 'that refuses a wrong token accepts the right one on the next run, without a trace of the first' {
        $device = New-RigDevice -Path "$TestDrive/corrected" -Token 'not-the-token' -Hsm ''
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 77
        Set-Content "$($device.Root)/etc/lmp-device-register-token" $factory.Token
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        Test-Path "$($device.Sota)/.registration" | Should -BeFalse
    }

    It 'is asked as long as RETRY_FOR says, where no parameter does' {
        $device = New-RigDevice -Path "$TestDrive/asked" -Token $factory.Token -Hsm ''
        $environment = Get-RigEnvironment $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/'; RETRY_FOR = 'soon' }
        (Invoke-RigScript (Get-RigPath Wrapper) '-Root', $device.Root -Environment $environment).Error | Should -Match 'RetryFor.*soon'
        $environment.RETRY_FOR = '0s'
        (Invoke-RigScript (Get-RigPath Wrapper) '-Root', $device.Root -Environment $environment).ExitCode | Should -Be 75
    }

    It 'is asked for seconds, where a number says how long' {
        $device = New-RigDevice -Path "$TestDrive/seconds" -Token $factory.Token -Hsm ''
        $environment = Get-RigEnvironment $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }
        (Invoke-RigScript (Get-RigPath Wrapper) '-Root', $device.Root, '-RetryFor', '1' -Environment $environment).ExitCode | Should -Be 75
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice -RetryFor 1" -Device $device -Environment $environment
        $environment.RETRY_FOR = '1'
        (Invoke-RigScript (Get-RigPath Wrapper) '-Root', $device.Root -Environment $environment).Error | Should -Match 'Attempt 1 failed'
        # Once more at least: a tick would be over before.
        "$($run.Output)$($run.Error)" | Should -Match 'Attempt 1 failed'
    }

    It 'that is not there ends it with 75, and the next run continues' {
        $device = New-RigDevice -Path "$TestDrive/away" -Token $factory.Token -Hsm ''
        $away = Invoke-RigWrapper $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }
        $away.ExitCode | Should -Be 75
        $away.Error | Should -Match '\[ServerUnreachable\]'
        $next = Invoke-RigWrapper $device $factory
        $next.ExitCode | Should -Be 0
        $next.Output | Should -Match 'Continuing the registration'
    }

    It 'that is not trusted is not sent the token' {
        $device = New-RigDevice -Path "$TestDrive/untrusted" -Token $factory.Token -Hsm ''
        $run = Invoke-RigWrapper $device $factory -Environment @{ SSL_CERT_FILE = $null }
        $run.ExitCode | Should -Be 75
        $run.Error | Should -Match '\[ServerNotTrusted\]'
    }
}

Describe 'Under systemd' {
    It 'each line has its syslog priority' {
        $device = New-RigDevice -Path "$TestDrive/journal" -Token 'not-the-token' -Hsm ''
        $run = Invoke-RigWrapper $device $factory -Environment @{ JOURNAL_STREAM = '8:1234' }
        $run.Lines | Where-Object { $_ -notmatch '^<6>' } | Should -BeNullOrEmpty
        $run.Error | Should -Match '^<3>error: '
    }
}

Describe 'The wrong PIN' {
    It 'ends with 78 and leaves no key file behind' {
        $device = New-RigDevice -Path "$TestDrive/wrong-pin" -Token $factory.Token
        (Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey" -Device $device).ExitCode | Should -Be 0
        $hsm = "$($device.Root)/etc/sota/hsm"
        (Get-Content $hsm -Raw).Replace('87654321', '87654320') | Set-Content $hsm
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match "Correct HSM_PI in $([regex]::Escape($hsm)):2, then run again\..*\[HsmPinRejected\]"
        $run.Error | Should -Not -Match '87654320'
        Test-Path "$($device.Sota)/pkey.pem" | Should -BeFalse
    }
}
