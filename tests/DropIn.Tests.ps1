# lmp-device-register.ps1 in place of lmp-device-register: the same command lines, sentences and exit codes.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    $refused = @(
        @{ Case = 'an unknown option'; Argument = @('--nmae', 'x'); Words = "unrecognised option '--nmae'" }
        @{ Case = 'an unknown letter'; Argument = @('-x'); Words = "unrecognised option '-x'" }
        @{ Case = 'an ambiguous beginning'; Argument = @('--hsm', 'x'); Words = "option '--hsm' is ambiguous and matches '--hsm-so-pin', '--hsm-module', '--hsm-pin'" }
        @{ Case = 'a missing argument'; Argument = @('--name'); Words = "the required argument for option '--name' is missing" }
        @{ Case = 'an empty adjacent argument'; Argument = @('--name='); Words = "the argument for option '--name' should follow immediately after the equal sign" }
        @{ Case = 'no boolean word'; Argument = @('--force', 'maybe'); Words = "the argument ('maybe') for option '--force' is invalid. Valid choices are 'on|off', 'yes|no', '1|0' and 'true|false'" }
        @{ Case = 'no boolean word after a letter'; Argument = @('-pmaybe'); Words = "the argument ('maybe') for option '--production' is invalid. Valid choices are 'on|off', 'yes|no', '1|0' and 'true|false'" }
        @{ Case = 'an option twice'; Argument = @('-n', 'a', '--name=b'); Words = "option '--name' cannot be specified more than once" }
        @{ Case = 'an argument for --help'; Argument = @('--help=1'); Words = "option '--help' does not take any arguments" }
    )
    $read = @(
        @{ Case = '--name x'; Argument = @('--name', 'x'); Option = 'name'; Value = 'x' }
        @{ Case = '--name=x'; Argument = @('--name=x'); Option = 'name'; Value = 'x' }
        @{ Case = '--name=x=y'; Argument = @('--name=x=y'); Option = 'name'; Value = 'x=y' }
        @{ Case = '--na x'; Argument = @('--na', 'x'); Option = 'name'; Value = 'x' }
        @{ Case = '-n x'; Argument = @('-n', 'x'); Option = 'name'; Value = 'x' }
        @{ Case = '-nx'; Argument = @('-nx'); Option = 'name'; Value = 'x' }
        @{ Case = '-n --tags'; Argument = @('-n', '--tags'); Option = 'name'; Value = '--tags' }
        @{ Case = '--hsm-p, which is theirs'; Argument = @('--hsm-p', 'x'); Option = 'hsm-pin'; Value = 'x' }
        @{ Case = '--hsm-pin-f, which is ours'; Argument = @('--hsm-pin-f', 'x'); Option = 'hsm-pin-file'; Value = 'x' }
        @{ Case = '--api-token, which begins another'; Argument = @('--api-token', 'x'); Option = 'api-token'; Value = 'x' }
        @{ Case = '-A ""'; Argument = @('-A', ''); Option = 'restorable-apps'; Value = '' }
        @{ Case = 'no -A'; Argument = @(); Option = 'restorable-apps'; Value = ' ' }
        @{ Case = 'no -d'; Argument = @(); Option = 'sota-dir'; Value = '/var/sota' }
        @{ Case = 'no -H'; Argument = @(); Option = 'api-token-header'; Value = 'OSF-TOKEN' }
        @{ Case = 'no --start-daemon'; Argument = @(); Option = 'start-daemon'; Value = $true }
        @{ Case = 'no --production'; Argument = @(); Option = 'production'; Value = $false }
        @{ Case = 'a stray word before, which is ignored as upstream does'; Argument = @('stray', '--name', 'x'); Option = 'name'; Value = 'x' }
        @{ Case = 'a stray word after'; Argument = @('--name', 'x', 'stray', ''); Option = 'name'; Value = 'x' }
        @{ Case = 'a lone dash'; Argument = @('-', '--name', 'x'); Option = 'name'; Value = 'x' }
        @{ Case = 'words after --'; Argument = @('--name', 'x', '--', '--name', 'y'); Option = 'name'; Value = 'x' }
        @{ Case = '--mlock-all 0'; Argument = @('--mlock-all', '0'); Option = 'mlock-all'; Value = $false }
    )
    foreach ($word in '1', 'true', 'on', 'yes', 'TRUE', 'On') {
        $read += @{ Case = "-p $word"; Argument = @('-p', $word); Option = 'production'; Value = $true }
    }

    foreach ($word in '0', 'false', 'off', 'no', 'NO') {
        $read += @{ Case = "--start-daemon=$word"; Argument = @("--start-daemon=$word"); Option = 'start-daemon'; Value = $false }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $dropIn = Join-Path (Get-RigPath Module) 'device/lmp-device-register.ps1'
    Import-Module (Join-Path (Get-RigPath Module) 'device/UpstreamOptions.psm1')
    $factory = Start-RigFactory "$TestDrive/factory"

    function Invoke-DropIn($Device, [string[]] $Argument, [hashtable] $Environment = @{}) {
        $line = @('-NoLogo', '-NoProfile', '-File', $dropIn, '--root', $Device.Root, '--start-daemon=0') + $Argument
        Invoke-RigProcess (Get-RigPath Shell) $line -Environment (Get-RigEnvironment $Device $factory $Environment)
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'The command line of lmp-device-register' {
    It 'is read: <Case>' -ForEach $read {
        (Read-UpstreamCommandLine $Argument)[$Option] | Should -BeExactly $Value
    }

    It 'has every option of the catalogue of settings, with its default' {
        $module = Import-Module (Get-RigPath Module) -PassThru
        $usage = Get-UpstreamUsage
        $default = Read-UpstreamCommandLine @()
        foreach ($setting in & (& $module { Get-Command -Name Get-SettingDefinition })) {
            foreach ($option in @($setting.Option; $setting.OwnOption; $setting.FileOption) -ne $null) {
                $usage | Should -Match "--$option(?![-\w])"
            }

            if ($setting.Option -and $setting.Default) {
                "$($default[$setting.Option])" | Should -Be $setting.Default -Because $setting.Name
            }
        }
    }

    It 'is refused with the words of boost: <Case>' -ForEach $refused {
        { Read-UpstreamCommandLine $Argument } | Should -Throw -ExpectedMessage $Words
    }

    It 'prints its usage and ends with 255, as upstream' {
        $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-File', $dropIn, '--help')
        $run.ExitCode | Should -Be 255
        $run.Output | Should -Match '-T \[ --api-token \] arg'
    }

    It 'ends with 255 and the usage when it cannot be read' {
        $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-File', $dropIn, '-n:x', '-y')
        $run.ExitCode | Should -Be 255
        $run.Output | Should -Match '^ERROR: unrecognised option ''-y'''
        $run.Output | Should -Match 'lmp-device-register options:'
    }
}

Describe 'lmp-device-register.ps1' {
    It 'registers with a name that PowerShell would take apart, and says so again' {
        $device = New-RigDevice "$TestDrive/plain" -Hsm ''
        $run = Invoke-DropIn $device @('-T', $factory.Token, '-nx.y', '--tags=t1', '-p1', '-i', 'board-9')
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        $run.Lines | Should -Contain 'Device is now registered.'
        $entry = Get-RigLedger $factory | Where-Object { $_.name -eq 'x.y' }
        $entry | Should -Not -BeNullOrEmpty
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Match 'tags = "t1"'

        $again = Invoke-DropIn $device @('-T', $factory.Token, '-nx.y')
        $again.ExitCode | Should -Be 0
        $again.Output | Should -Match 'Device already registered'
        $again.Output | Should -Not -Match 'now registered'
    }

    It 'keeps the key in the token, with PINs and the API token from files' {
        $device = New-RigDevice "$TestDrive/hsm" -Hsm ''
        Set-Content "$($device.Root)/pin" "$(Get-RigPath Pin)"
        Set-Content "$($device.Root)/so-pin" "$(Get-RigPath SoPin)"
        $run = Invoke-DropIn $device @('--api-token-file', $factory.tokenFile, '-m', (Get-RigPath SoftHsm),
            '--hsm-pin-file', "$($device.Root)/pin", '--hsm-so-pin-file', "$($device.Root)/so-pin")
        $run.ExitCode | Should -Be 0 -Because $run.Error
        Get-Content "$($device.Sota)/sota.toml" -Raw | Should -Match "(?m)^pass = `"$(Get-RigPath Pin)`"$"
        "$($device.Sota)/pkey.pem" | Should -Not -Exist
    }

    It 'says of a wrong PIN which option gave it: <Option>' -ForEach @(
        @{ Option = '--hsm-pin' }
        @{ Option = '--hsm-pin-file' }
    ) {
        $device = New-RigDevice "$TestDrive/wrong$Option" -Hsm ''
        $hsm = '-m', (Get-RigPath SoftHsm), '--hsm-so-pin', (Get-RigPath SoPin)
        $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', 'aktualizr', '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        $made.ExitCode | Should -Be 0 -Because $made.Error
        Set-Content "$($device.Root)/pin" '5550199'
        $value = if ($Option -eq '--hsm-pin') { '5550199' } else { "$($device.Root)/pin" }
        $run = Invoke-DropIn $device (@('-T', $factory.Token) + $hsm + $Option, $value)
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match "refused the user PIN \($Option\)\..* Correct $Option, then run again\. \[HsmPinRejected\]"
        $run.Error | Should -Not -Match '5550199'
    }

    It 'reads no file that upstream does not read' {
        $device = New-RigDevice "$TestDrive/narrow" -Tag 'from-the-tag-file'
        $run = Invoke-DropIn $device @('-T', $factory.Token) -Environment @{ APPS = 'a,b'; USE_HOSTNAME = '1' }
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $toml = Get-Content "$($device.Sota)/sota.toml" -Raw
        $toml | Should -Match 'tags = "devel"'
        $toml | Should -Not -Match '(?m)^compose_apps ='
        $toml | Should -Not -Match '\[p11\]'
    }

    It 'prints upstream''s sentence and the server''s words for a token the server refuses' {
        $device = New-RigDevice "$TestDrive/refused" -Hsm ''
        $run = Invoke-DropIn $device @('--api-token', 'nobody-issued-it')
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match '(?m)^Unable to create device: HTTP_401$'
        $run.Error | Should -Match '(?m)^error: .*Provided token value is not valid'
    }

    It 'prints upstream''s sentence: <Words>' -ForEach @(
        @{ Name = 'pin'; Argument = @('-P', '87654321'); Words = 'HSM incorrectly configured' }
        @{ Name = 'module'; Argument = @('-m', '/no/such.so', '-P', '87654321', '-S', '12345678'); Words = 'HSM incorrectly configured' }
        @{ Name = 'uuid'; Argument = @('-u', 'no-uuid'); Words = 'Invalid UUID: no-uuid, aborting' }
        @{ Name = 'factory'; Argument = @('-f', 'lmp'); Words = 'Missing factory definition' }
        @{ Name = 'tags'; Argument = @('-t', ''); Words = 'Missing tag definition' }
    ) {
        $device = New-RigDevice "$TestDrive/sentence-$Name" -Hsm ''
        $run = Invoke-DropIn $device (@('-T', $factory.Token) + $Argument)
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match "(?m)^$([regex]::Escape($Words))$"
    }

    It 'begins anew with --force 1' {
        $device = New-RigDevice "$TestDrive/force" -Hsm ''
        (Invoke-DropIn $device @('-T', $factory.Token, '-n', 'force-1')).ExitCode | Should -Be 0
        $run = Invoke-DropIn $device @('-T', $factory.Token, '-n', 'force-2', '--force', '1')
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Lines | Should -Contain 'Device is now registered.'
        @(Get-RigLedger $factory | Where-Object { $_.name -like 'force-*' }) | Should -HaveCount 2
    }

    It 'asks nobody under systemd' {
        $device = New-RigDevice "$TestDrive/systemd" -Hsm ''
        $run = Invoke-DropIn $device @() -Environment @{ JOURNAL_STREAM = '8:1'; OAUTH_BASE = $factory.oauth }
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match '\[ApiTokenMissing\]'
    }

    It 'says what is wrong when half a registration is there' {
        $device = New-RigDevice "$TestDrive/half" -Hsm ''
        $null = New-Item -ItemType Directory $device.Sota -Force
        Set-Content "$($device.Sota)/sql.db" '' -NoNewline
        $run = Invoke-DropIn $device @('-T', $factory.Token)
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match 'ERROR: Device already registered in /var/sota'
        $run.Error | Should -Match 'Re-run with --force 1'
    }
}
