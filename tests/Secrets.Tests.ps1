# No secret is in any process's command line or environment while a device registers.

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    # What every process of this machine shows to those who may look, as one text a process.
    function Get-ProcessText {
        foreach ($folder in [System.IO.Directory]::GetDirectories('/proc')) {
            if ([System.IO.Path]::GetFileName($folder) -match '^\d+$') {
                foreach ($name in 'cmdline', 'environ') {
                    try {
                        [System.Text.Encoding]::UTF8.GetString([System.IO.File]::ReadAllBytes("$folder/$name"))
                    }
                    catch [System.Management.Automation.MethodInvocationException] {
                        # The process has ended, or is not ours to look at.
                        continue
                    }
                }
            }
        }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'While a device registers' {
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
        $null = Invoke-RigProcess sleep @('0.5') -Environment @{ RIG_SECRET = $soPin } -While {
            foreach ($text in Get-ProcessText) {
                $found.Value = $found.Value -or $text.Contains($soPin)
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
        foreach ($file in [System.IO.Directory]::GetFiles($device.Sota, '*', 'AllDirectories')) {
            $text = [System.IO.File]::ReadAllText($file)
            $text.Contains($soPin) -or $text.Contains($factory.Token) | Should -BeFalse
            $text.Contains($pin) | Should -Be ($file.EndsWith('/sota.toml'))
        }
    }
}
