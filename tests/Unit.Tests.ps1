# The systemd unit and its drop-ins, as systemd itself judges them, and what the script tells systemd.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    $noSystemd = -not (Test-Path '/usr/bin/systemd-analyze')
    $kinds = 'hsm-optee', 'hsm-tpm2', 'hsm-tpm2-client', 'hsm-i2c', 'hsm-softhsm'
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $device = Join-Path (Get-RigPath Module) 'device'
    $source = "$PSScriptRoot/../module/yocto/meta-autoregister/recipes-support/lmp-device-auto-register/lmp-device-auto-register/lmp-device-auto-register.service"

    # The unit as an installation writes it, and a drop-in beside it.
    function Install-Unit([string] $Name, [string] $DropIn = '') {
        $folder = "$TestDrive/$Name"
        $unit = "$folder/lmp-device-auto-register.service"
        $null = New-Item -ItemType Directory "$unit.d" -Force
        $text = Get-Content $source -Raw
        $text = $text.Replace('/usr/bin/lmp-device-auto-register', '/bin/true').Replace('@@LMP_AUTO_REGISTER_USE_HOSTNAME@@', '')
        Set-Content $unit $text -NoNewline
        if ($DropIn) {
            Set-Content "$unit.d/test.conf" $DropIn -NoNewline
        }

        $unit
    }
}

Describe 'The unit' {
    It 'is understood by systemd to the last word' -Skip:$noSystemd {
        $checked = Invoke-RigProcess systemd-analyze @('verify', '--recursive-errors=yes', (Install-Unit plain))
        "$($checked.Output)$($checked.Error)" | Should -BeNullOrEmpty
        $checked.ExitCode | Should -Be 0
    }

    It 'is understood with the drop-in <_>' -Skip:$noSystemd -ForEach $kinds {
        $unit = Install-Unit $_ (Get-Content "$device/$_.conf" -Raw)
        $checked = Invoke-RigProcess systemd-analyze @('verify', '--recursive-errors=yes', $unit)
        "$($checked.Output)$($checked.Error)" | Should -BeNullOrEmpty
        $checked.ExitCode | Should -Be 0
    }

    It 'is checked here with its drop-ins: a wrong one is found' -Skip:$noSystemd {
        $checked = Invoke-RigProcess systemd-analyze @('verify', '--recursive-errors=yes', (Install-Unit wrong "[Service]`nNoSuchKey=1`n"))
        $checked.Error | Should -Match 'NoSuchKey'
        $checked.ExitCode | Should -Not -Be 0
    }

    It 'exposes at most 2.5' -Skip:$noSystemd {
        $judged = Invoke-RigProcess systemd-analyze @('security', '--offline=true', '--threshold=25', (Install-Unit judged))
        $judged.ExitCode | Should -Be 0 -Because $judged.Output
        $judged.Output | Should -Match 'Overall exposure level for lmp-device-auto-register.service: [012]\.'
    }

    It 'does not reach what could do its work outside of the sandbox: <_>' -ForEach '/run/systemd/private', '/run/dbus', '/run/docker.sock', '/run/containerd' {
        $closed = Get-Content (Install-Unit closed) | Where-Object { $_ -clike 'InaccessiblePaths=*' } | ForEach-Object { $_.Split('=')[1].Split(' ') }
        # Where one is not there, the unit starts all the same.
        $closed | Should -Contain "-$_"
        $closed | Should -Match '^-/'
    }

    It 'is not started again after any exit code but 75' {
        $text = Get-Content $source -Raw
        $prevented = @([regex]::Matches($text, '(?m)^RestartPreventExitStatus=(.*)$') | ForEach-Object { $_.Groups[1].Value.Split(' ') })
        foreach ($code in 1..74 + 76..255) {
            $prevented | Should -Contain "$code"
        }

        $prevented | Should -Not -Contain '75'
    }
}

Describe 'The status line' {
    BeforeAll {
        function Invoke-WithNotifySocket([hashtable] $On, [hashtable] $Factory) {
            $path = "$($On.Root)/notify"
            $socket = [System.Net.Sockets.Socket]::new('Unix', 'Dgram', 'Unspecified')
            try {
                $socket.Bind([System.Net.Sockets.UnixDomainSocketEndPoint]::new($path))
                $run = Invoke-RigWrapper $On $Factory -Environment @{ NOTIFY_SOCKET = $path }
                $buffer = [byte[]]::new(4096)
                $run.Status = @(while ($socket.Available -gt 0) {
                        [System.Text.Encoding]::UTF8.GetString($buffer, 0, $socket.Receive($buffer))
                    })
                $run
            }
            finally {
                $socket.Dispose()
            }
        }
    }

    It 'says what happened' {
        $factory = Start-RigFactory -Path "$TestDrive/factory"
        try {
            $run = Invoke-WithNotifySocket (New-RigDevice -Path "$TestDrive/well" -Token $factory.Token -Hsm '') $factory
            $run.ExitCode | Should -Be 0
            $run.Status[-1] | Should -Match '^STATUS=Registered: .* in factory acme'
        }
        finally {
            Stop-RigFactory $factory
        }
    }

    It 'says what to do' {
        $run = Invoke-WithNotifySocket (New-RigDevice -Path "$TestDrive/badly" -Hsm "HSM_MODULE=/usr/lib/x.so`nHSM_PIN=1234`n")
        $run.ExitCode | Should -Be 78
        $run.Status[-1] | Should -Match '^STATUS=error: \S+/badly/etc/sota/hsm lacks HSM_SOPIN\. Write .*\[HsmSettingMissing\]$'
    }
}
