# No secret is in any process's command line or environment while a device registers.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    # What every process of this machine shows to those who may look, as one text a process.
    function Get-ProcessText {
        # One that has ended, or is not ours to look at, is passed over.
        foreach ($folder in Get-ChildItem '/proc' -Directory | Where-Object Name -Match '^\d+$') {
            Get-Content -LiteralPath "$folder/cmdline", "$folder/environ" -Raw -ErrorAction Ignore
        }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'token and both PINs: while a device registers' {
    BeforeAll {
        # Nothing else on this machine has these in its command line.
        $pin = '70315264'
        $soPin = '81426375'
        $hsm = "HSM_MODULE='$(Get-RigPath SoftHsm)'`nHSM_PIN=$pin`nHSM_SOPIN=$soPin`n"
        $device = New-RigDevice -Path "$TestDrive/device" -Token $factory.Token -Hsm $hsm
        $seen = [System.Collections.Generic.List[string]]::new()
        $looks = [ref] 0
        $run = Invoke-RigWrapper $device $factory -While {
            $looks.Value++
            foreach ($text in Get-ProcessText) {
                foreach ($secret in $factory.Token, $pin, $soPin) {
                    if ($text.Contains($secret)) {
                        $seen.Add($text)
                    }
                }
            }
        }
    }

    It 'the registration succeeds and was looked at while it ran' {
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        $looks.Value | Should -BeGreaterThan 3
    }

    It 'no process has the API token or a PIN in its command line or environment' {
        $seen | Should -BeNullOrEmpty
    }

    It 'the way of looking would have found one' {
        $found = [ref] $false
        $null = Invoke-RigProcess sleep @('60') -Environment @{ RIG_SECRET = $soPin } -While {
            param($process)
            if (@(Get-ProcessText) -match $soPin) {
                $found.Value = $true
                $process.Kill()
            }
        }
        $found.Value | Should -BeTrue
    }

    It 'nothing that was printed has a secret in it' {
        foreach ($secret in $factory.Token, $pin, $soPin) {
            "$($run.Output)$($run.Error)".Contains($secret) | Should -BeFalse
        }
    }

    It 'only sota.toml has the PIN, and no file has the SO PIN or the API token' {
        foreach ($file in Get-ChildItem $device.Sota -File -Recurse) {
            $text = Get-Content $file -Raw
            $text.Contains($soPin) -or $text.Contains($factory.Token) | Should -BeFalse
            $text.Contains($pin) | Should -Be ($file.Name -eq 'sota.toml')
        }
    }
}

Describe 'The API token of a registered device' {
    It 'is deleted with -RemoveApiToken, and the device stays registered' {
        $device = New-RigDevice -Path "$TestDrive/removed" -Token $factory.Token -Hsm ''
        $file = "$($device.Root)/etc/lmp-device-register-token"
        $command = "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -RemoveApiToken | ForEach-Object { `"`$(`$_.ApiTokenRemoved)`" }"
        $run = Invoke-RigCommand $command -Device $device -Factory $factory
        $run.Output.Trim() | Should -Be 'True' -Because $run.Error
        Test-Path $file | Should -BeFalse
        (Invoke-RigWrapper $device $factory).Output | Should -Match 'Already registered'
    }

    It 'is kept without it' {
        $device = New-RigDevice -Path "$TestDrive/kept" -Token $factory.Token -Hsm ''
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        Test-Path "$($device.Root)/etc/lmp-device-register-token" | Should -BeTrue
    }

    It 'is kept where the registration fails' {
        $device = New-RigDevice -Path "$TestDrive/failed" -Token $factory.Token -Hsm ''
        $run = Invoke-RigScript (Get-RigPath Wrapper) '-Root', $device.Root, '-RetryFor', '00:00:00', '-RemoveApiToken' `
            -Environment (Get-RigEnvironment $device -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' })
        $run.ExitCode | Should -Be 75
        Test-Path "$($device.Root)/etc/lmp-device-register-token" | Should -BeTrue
    }
}
