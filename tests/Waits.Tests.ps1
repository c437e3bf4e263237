# What a person sees of a registration that waits for its server, and what nobody sees where nobody sits.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $path = Get-RigPath Module
}

Describe 'A wait for the server' {
    BeforeAll {
        # In a shell within the shell, which keeps what it is given to show.
        function Get-Progress([string] $Line) {
            $away = New-RigDevice "$TestDrive/away-$(New-Guid)"
            Set-Content "$($away.Root).ps1" "Import-Module '$path'; `$config = Get-SotaConfig -Root '$($away.Root)' -NoHsm; $Line"
            $run = Invoke-RigCommand ('$shell = [powershell]::Create(); $null = $shell.AddScript("PATH").Invoke()'.Replace('PATH', "$($away.Root).ps1") +
                '; $shell.Streams.Progress | Where-Object Activity -NE "Preparing modules for first use." | ForEach-Object { "$($_.ActivityId)|$($_.Activity)|$($_.StatusDescription)|$($_.RecordType)" }; "$($shell.Streams.Error[0].FullyQualifiedErrorId)"'
            ) -Device $away -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }
            $run.Error | Should -BeNullOrEmpty
            $run.Lines[-1] | Should -Be 'ServerUnreachable,AutoRegister.Cmdlets.RegisterFoundriesDeviceCommand'
            $run.Lines | Select-Object -SkipLast 1
        }
    }

    It 'is a progress with the reason and the time of the next try, and ends' {
        $progress = @(Get-Progress '$config | New-HsmDeviceKey | Register-FoundriesDevice -RetryFor 4')
        $progress[0] | Should -Match '^1\|Waiting for the server\|next attempt at \d\d:\d\d:\d\d: .*127\.0\.0\.1.*\|Processing$'
        $progress[-1] | Should -Match '^1\|Waiting for the server\|.*\|Completed$'
    }

    It 'is none of its own for many devices, whose progress is the line''s' {
        $progress = @(Get-Progress '1..3 | New-HsmDeviceKey -BaseConfig $config -Name { "L$_" } -Path { "$($config.Root)/$_" } | Register-FoundriesDevice -RetryFor 3s -ThrottleLimit 3 -ExpectedCount 3')
        $progress | Should -Not -BeNullOrEmpty
        $progress | Should -Match '^12\|Registering devices\|'
        $progress[-1] | Should -Match '\|Completed$'
    }
}

Describe 'A wait for the server in a terminal' -Skip:(-not (Test-Path '/usr/bin/tmux')) {
    BeforeAll {
        $socket = "waits$PID"
        function Invoke-Tmux([string[]] $Argument) {
            Invoke-RigProcess tmux (@('-L', $socket) + $Argument)
        }

        # Everything that was on the screen from the first warning on, until the line has ended.
        function Get-Screen([string[]] $Switch) {
            $away = New-RigDevice "$TestDrive/screen-$(New-Guid)"
            Set-Content "$($away.Root).ps1" "Import-Module '$path'; Get-SotaConfig -Root '$($away.Root)' -NoHsm | New-HsmDeviceKey | Register-FoundriesDevice -RetryFor 6 -WarningAction SilentlyContinue; 'line has ended'"
            Set-Content "$($away.Root).sh" "unset NO_COLOR; DEVICE_API=https://127.0.0.1:9/ exec '$(Get-RigPath Shell)' -NoLogo -NoProfile $Switch -File '$($away.Root).ps1'"
            $null = Invoke-Tmux 'new-session', '-d', '-s', 'wait', '-x', '100', '-y', '30', 'sh'
            $null = Invoke-Tmux 'send-keys', '-t', 'wait', "sh $($away.Root).sh", 'Enter'
            $limit = (Get-Date).AddSeconds(60)
            $all = ''
            do {
                Start-Sleep -Milliseconds 50
                $screen = (Invoke-Tmux 'capture-pane', '-p', '-t', 'wait').Output
                $all += $screen
            } while ($screen -notmatch '(?m)^line has ended' -and (Get-Date) -lt $limit)
            $null = Invoke-Tmux 'kill-session', '-t', 'wait'
            $all, $screen
        }
    }

    AfterAll {
        $null = Invoke-Tmux 'kill-server'
    }

    It 'is shown while it lasts, and gone afterwards' {
        $all, $last = Get-Screen
        $all | Should -Match 'Waiting for the server.*next attempt at \d\d:\d\d:\d\d'
        $last | Should -Match 'line has ended'
        $last | Should -Not -Match 'Waiting for the server'
    }

    It 'is not shown with -NonInteractive' {
        $all, $last = Get-Screen '-NonInteractive'
        $all | Should -Not -Match 'Waiting for the server'
        $last | Should -Match 'line has ended'
        $last | Should -Match 'cannot be reached'
    }
}
