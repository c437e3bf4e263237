# The pwsh that devices get, which is PowerShell with what a device cannot need left out.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $work = Join-Path $TestDrive work
    $null = New-Item -ItemType Directory $work

    # With nothing but its own environment and a temporary folder to look into.
    $pwsh = New-RigLauncher (Join-Path $TestDrive installed)

    function Invoke-Payload([string] $Text, [hashtable] $Environment = @{}) {
        Set-Content (Join-Path $work script.ps1) "`$PSStyle.OutputRendering = 'PlainText'; Set-Location '$work'; $Text"
        $environment = @{ TMPDIR = $work; POWERSHELL_TELEMETRY_OPTOUT = $null; POWERSHELL_UPDATECHECK = $null; DOTNET_EnableDiagnostics = $null } + $Environment
        Invoke-RigProcess $pwsh @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Path $work script.ps1)) -Environment $environment
    }
}

Describe 'A device''s pwsh' {
    It 'has what a person and a script on a device use' {
        $run = Invoke-Payload @'
$ErrorActionPreference = 'Stop'
[pscustomobject]@{ Name = 'a'; Value = 1 } | Format-Table
[pscustomobject]@{ Name = 'a'; Value = 1 } | Format-List | Out-String -Width 80
[pscustomobject]@{ Name = 'a'; Value = 1 } | Export-Csv list.csv
Get-Content list.csv
(Import-Csv list.csv).Value
@{ a = 1, 2 } | ConvertTo-Json -Compress | Tee-Object list.json
('{"a":5}' | ConvertFrom-Json).a
(Get-Help Get-Content).Name
1..3 | Sort-Object -Descending | Select-Object -First 1 | ForEach-Object { $_ }
(1..3 | Measure-Object -Sum).Sum
(1..2 | ForEach-Object -Parallel { $_ } | Group-Object).Count
'text' | Select-String ex | Out-Default
(ConvertTo-SecureString -AsPlainText secret -Force).Length
(Get-FileHash list.csv).Algorithm
(Get-Process -Id $PID).Id -eq $PID
Write-Host 'to a person'
(Get-Date '2026-11-29').Year
([xml] '<a><b>7</b></a>').a.b
(Get-Member -InputObject '' -Name Length).Name
Get-ChildItem *.json | Split-Path -Leaf
(New-TimeSpan -Minutes 1).TotalSeconds
"${env:HOME}"
Start-Job { 'from a job' } | Receive-Job -Wait
'@ -Environment @{ HOME = $work }
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        foreach ($line in 'Name Value', '---- -----', 'a        1', 'Name  : a', '"a","1"', '{"a":[1,2]}', '5', 'Get-Content', '6', 'text', 'SHA256', 'True',
            'to a person', '2026', '7', 'Length', 'list.json', '60', $work, 'from a job') {
            $run.Lines.TrimEnd() | Should -Contain $line
        }
    }

    It 'says which part is left out when it is used, and goes on' {
        $run = Invoke-Payload "try { Add-Type 'public class X {}' } catch { `$_.Exception.Message }; 'still here'"
        $run.Lines[0] | Should -Match 'Microsoft\.CodeAnalysis'
        $run.Lines[-1] | Should -Be 'still here'
    }

    It 'gives a prompt that edits lines and completes words, and shows our help and views at 80 columns' {
        # A terminal of its own; the shell says when it is ready, and nothing is typed before.
        $socket = "payload-$PID"
        $module = Get-RigPath Module
        $device = New-RigDevice -Path (Join-Path $TestDrive prompted) -Hsm ''
        $null = Invoke-RigChecked tmux @('-L', $socket, 'new-session', '-d', '-x', '80', '-y', '50', '-s', 'prompt', '-c', $work, $pwsh, '-NoLogo', '-NoProfile', '-NoExit', '-Command', "Import-Module '$module'")
        try {
            $wait = {
                param($Pattern)
                $limit = (Get-Date).AddSeconds(120)
                do {
                    Start-Sleep -Milliseconds 200
                    $screen = (Invoke-RigChecked tmux @('-L', $socket, 'capture-pane', '-p', '-t', 'prompt')).Output
                } until ($screen -match $Pattern -or (Get-Date) -gt $limit)
                $screen | Should -Match $Pattern
            }
            $type = { Invoke-RigChecked tmux (@('-L', $socket, 'send-keys', '-t', 'prompt') + $args) }
            & $wait '(?m)^PS .*> *$'
            # What is completed is a cmdlet of ours; the left arrow edits.
            & $type 'Get-SotaCo' Tab " -Root '$($device.Root)' | Format-List Factory, HardwareIdx" BSpace Enter
            & $wait '(?m)^Factory\s+: acme\s+HardwareId\s+: intel'
            & $type 'cls; Get-Help New-HsmDeviceKey -Examples' Enter
            # Lines are broken between words.
            & $wait '(?m)^    configured, and the certificate request for it\.$'
            & $type "cls; Get-HsmToken '$(Get-RigPath SoftHsm)'" Enter
            & $wait '(?m)^State +Label +Serial +User, SO PIN +Mechanisms$'
            & $type "cls; Test-SotaRegistration -Root '$($device.Root)'" Enter
            & $wait '(?m)^ *# Check +Status +Seen, and what to do[\s\S]*Gateway'
        }
        finally {
            $null = Invoke-RigProcess tmux @('-L', $socket, 'kill-server')
        }
    }

    It 'ends with what a script ends with' {
        (Invoke-Payload 'exit 75').ExitCode | Should -Be 75
        (Invoke-Payload 'throw "no"').ExitCode | Should -Be 1
    }

    It 'ends at once when it is told to' {
        $process = Start-RigProcess $pwsh @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "'ready'; Start-Sleep 600") -Environment @{ TMPDIR = $work }
        $process.StandardOutput.ReadLine() | Should -Be 'ready'
        Send-RigSignal $process TERM
        $process.WaitForExit(60000) | Should -BeTrue
        $process.ExitCode | Should -Be 143
        $process.Dispose()
    }
}

Describe 'The launcher' {
    It 'tells it to send nothing, to ask for no update and to open no socket for others' {
        $run = Invoke-Payload "Get-ChildItem -Force | ForEach-Object Name; 'POWERSHELL_TELEMETRY_OPTOUT', 'POWERSHELL_UPDATECHECK', 'DOTNET_EnableDiagnostics' | ForEach-Object { Get-Content Env:`$_ }"
        $run.Lines[-3..-1] | Should -Be '1', 'Off', '0'
        $run.Lines | Should -Not -Match 'CoreFxPipe|dotnet-diagnostic|clr-debug-pipe'
    }

    It 'is needed for that: without it there are sockets' {
        $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "Get-ChildItem -Force '$work' | ForEach-Object Name") `
            -Environment @{ TMPDIR = $work; DOTNET_EnableDiagnostics = $null; POWERSHELL_DIAGNOSTICS_OPTOUT = $null }
        $run.Lines -match 'dotnet-diagnostic' | Should -Not -BeNullOrEmpty
        $run.Lines -match 'CoreFxPipe_PSHost' | Should -Not -BeNullOrEmpty
    }

    It 'gives no module path below a directory that anybody can make, when nobody says where home is' {
        $run = Invoke-Payload '$env:HOME; $env:PSModulePath' -Environment @{ HOME = $null }
        $own = "$TestDrive/installed/home"
        $run.Lines[0] | Should -Be $own
        $run.Lines[1].Split(':') -notlike "$(Split-Path (Get-RigPath Shell))/*" -notlike "$own/*" |
            Should -Not -Match "^(/tmp|/var/tmp|/dev/shm|$([regex]::Escape($work)))"
    }

    It 'starts it where nothing can be written, as in the unit' {
        $readOnly = 'mount --make-rprivate / && for place in / /tmp "$1"; do mount --bind "$place" "$place" && mount -o remount,bind,ro "$place"; done && shift && exec "$@"'
        $line = @($pwsh, '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "'started'; New-Item '$work/file'")
        $run = Invoke-RigProcess unshare (@('--mount', 'sh', '-euc', $readOnly, 'sh', $TestDrive) + $line) -Environment @{ HOME = $null }
        $run.Lines[0] | Should -Be 'started'
        $run.Error | Should -Match 'Read-only'
    }
}

Describe 'A script of ours' {
    BeforeDiscovery {
        $scripts = @(
            @{ Script = 'device/lmp-device-auto-register.ps1'; Argument = '-Root', '/nonexistent' }
            @{ Script = 'device/lmp-device-register.ps1'; Argument = '--uuid', 'none', '--factory', 'acme', '--tags', 'main', '--api-token', 'x' }
            @{ Script = 'station/Register-Line.ps1'; Argument = '-Output', '/nonexistent/x' }
        )
    }

    BeforeAll {
        # A home with modules of the names that ours and the engine's have.
        $elsewhere = Join-Path $TestDrive home
        $mark = Join-Path $TestDrive mark
        foreach ($name in 'AutoRegister', 'Microsoft.PowerShell.Management', 'Microsoft.PowerShell.Utility') {
            $folder = "$elsewhere/.local/share/powershell/Modules/$name"
            $null = New-Item -ItemType Directory $folder
            Set-Content (Join-Path $folder "$name.psm1") "[System.IO.File]::AppendAllText('$mark', '$name')`nfunction Join-Path {}`nfunction Get-Date {}`nfunction Get-SotaConfig {}"
        }
    }

    BeforeEach {
        Remove-Item -Force -ErrorAction Ignore $mark
    }

    It 'takes no module from a home: <Script>' -ForEach $scripts {
        $run = Invoke-RigProcess $pwsh (@('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Path (Get-RigPath Module) $Script)) + $Argument) -Environment @{ HOME = $elsewhere }
        $run.ExitCode | Should -BeIn 78, 255
        $mark | Should -Not -Exist
    }

    It 'would have met one there: pwsh itself does' {
        $null = Invoke-RigProcess $pwsh @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', 'Join-Path a b') -Environment @{ HOME = $elsewhere }
        $mark | Should -Exist
    }
}
