# lmp-device-register.ps1 on a device that is registered, and the words in which it says what to do.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    $contradictions = @(
        @{ Case = 'another uuid'; Option = @('-u', '3b5278b1-fdbc-418a-9d66-8d533fc8b751'); Words = "Uuid is '[-0-9a-f]+', and --uuid says '3b5278b1-fdbc-418a-9d66-8d533fc8b751'" }
        @{ Case = 'another name'; Option = @('--name=second'); Words = "Name is 'first', and --name says 'second'" }
        @{ Case = 'another factory'; Option = @('-f', 'other'); Words = "Factory is 'acme', and --factory says 'other'" }
        @{ Case = 'another tag'; Option = @('-t', 'devel'); Words = "Tags is 'main', and --tags says 'devel'" }
        @{ Case = 'a production device'; Option = @('-p', '1'); Words = "Production is 'false', and --production says 'true'" }
        @{ Case = 'another factory in the environment'; Option = @(); Variable = @{ DEVICE_FACTORY = 'other' }; Words = "Factory is 'acme', and environment DEVICE_FACTORY says 'other'" }
    )
    $remedies = Get-Content "$PSScriptRoot/../docs/en-US/about_AutoRegister_Errors.md" | ForEach-Object {
        if ($_ -match '^### (\w+)$') { $id = $Matches[1] }
        if ($_ -match '^Remedy: (.+)$') { @{ Id = $id; Remedy = $Matches[1] } }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $dropIn = "$(Get-RigPath Module)/device/lmp-device-register.ps1"
    Import-Module "$(Get-RigPath Module)/device/UpstreamWords.psm1"
    $module = Import-Module (Get-RigPath Module) -PassThru
    Initialize-UpstreamWord @(& (& $module { Get-Command -Name Get-SettingDefinition }))
    $factory = Start-RigFactory "$TestDrive/factory"

    function Invoke-DropIn($Device, [string[]] $Option, [hashtable] $Variable = @{}) {
        $line = @('-NoLogo', '-NoProfile', '-File', $dropIn, '--root', $Device.Root, '--start-daemon=0', '-T', $factory.Token) + $Option
        Invoke-RigProcess (Get-RigPath Shell) $line -Environment (Get-RigEnvironment $Device $factory $Variable)
    }

    function Get-SotaHash($Device) { (Get-ChildItem $Device.Sota -File -Force | Get-FileHash | ForEach-Object Hash) -join ' ' }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'lmp-device-register.ps1 on a registered device' -ForEach @{ All = $contradictions } {
    BeforeAll {
        $device = New-RigDevice "$TestDrive/registered" -Hsm '' -Token $factory.Token
        $run = Invoke-DropIn $device @('-n', 'first', '-t', 'main')
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $before = Get-SotaHash $device

        # One after the other in one shell, whose start takes longer than all of them.
        $calls = foreach ($contradiction in $All) {
            "[Console]::Error.WriteLine('== $($contradiction.Case)')"
            "`$env:DEVICE_FACTORY = '$($contradiction.ContainsKey('Variable') ? $contradiction.Variable.DEVICE_FACTORY : '')'"
            "& '$dropIn' --root '$($device.Root)' --start-daemon=0 -T '$($factory.Token)' $($contradiction.Option | ForEach-Object { "'$_'" })"
            '[Console]::Error.WriteLine("exit code $LASTEXITCODE")'
        }
        $contradicted = Invoke-RigScript "$TestDrive/contradictions.ps1" -Text ($calls -join "`n") -Environment (Get-RigEnvironment $device $factory)
    }

    It 'ends with 255, the sentence of upstream and what differs, and changes nothing: <Case>' -ForEach $contradictions {
        $said = [regex]::Match($contradicted.Error, "(?s)== $Case\n(.*?)exit code (\d+)")
        $said.Groups[2].Value | Should -Be 255
        $said.Groups[1].Value | Should -Match '(?m)^ERROR: Device already registered in /var/sota$'
        $said.Groups[1].Value | Should -Match '(?m)^Re-run with --force 1 to remove existing registration data$'
        $said.Groups[1].Value | Should -Match $Words
        $said.Groups[1].Value | Should -Match 'Nothing was changed\.'
        Get-SotaHash $device | Should -Be $before
    }

    It 'ends with 0 for the options it was registered with' {
        $run = Invoke-DropIn $device @('-n', 'first', '-t', 'main', '-f', 'acme')
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Output | Should -Match 'Device already registered'
        Get-SotaHash $device | Should -Be $before
    }

    It 'says in the unit that a changed tag file changes nothing, and ends with 0' {
        Set-Content "$($device.Root)/etc/sota/tag" 'devel'
        $run = Invoke-RigWrapper $device -Factory $factory
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Error | Should -Match "Tags is 'main', and \S+/etc/sota/tag:1 says 'devel'.* Nothing was changed\."
        Get-SotaHash $device | Should -Be $before
    }

    It 'does not call a device registered whose certificate is damaged' {
        $path = "$($device.Sota)/client.pem"
        $whole = Get-Content $path -Raw
        Set-Content $path ($whole.Remove(200, 1).Insert(200, $(if ($whole[200] -ceq 'A') { 'B' } else { 'A' }))) -NoNewline
        $run = Invoke-RigWrapper $device -Factory $factory
        $run.ExitCode | Should -Be 70
        $run.Error | Should -Match 'client\.pem'
        $run.Output | Should -Not -Match 'already registered'
        Set-Content $path $whole -NoNewline
        (Invoke-RigWrapper $device -Factory $factory).ExitCode | Should -Be 0
    }
}

Describe 'The words of lmp-device-register.ps1' {
    It 'name no parameter, cmdlet or file that it does not have: <Id>' -ForEach $remedies {
        Get-UpstreamRemedy -ErrorId $Id -Remedy $Remedy |
            Should -Not -MatchExactly '(^|[^\w-])-[A-Z]|New-HsmDeviceKey|Get-SotaConfig|Test-SotaRegistration|/etc/sota/(tag|hsm)|lmp-device-register-token|HSM_'
    }

    It 'are --tags where no tag is configured, and not a file or -Tag' {
        $device = New-RigDevice "$TestDrive/untagged" -Hsm ''
        Set-Content "$($device.Root)/etc/os-release" 'ID=lmp', 'LMP_MACHINE="board"', 'LMP_FACTORY="acme"'
        $run = Invoke-DropIn $device @()
        $run.ExitCode | Should -Be 255
        $run.Error | Should -Match '(?m)^Missing tag definition$'
        $run.Error | Should -MatchExactly 'Give --tags, or use an image whose os-release has LMP_FACTORY_TAG\. \[TagMissing\]'
        $run.Error | Should -Not -MatchExactly '-Tag\b'
    }

    It 'are the option''s where a value came from it: <Words>' -ForEach @(
        @{ Name = 'tag'; Option = @('-t', 'a b'); Words = '--tags: ' }
        @{ Name = 'pin'; Option = @('-P', '87654321'); Words = '--hsm-module, --hsm-pin and --hsm-so-pin' }
        @{ Name = 'uuid'; Option = @('-u', 'none'); Words = '--uuid: ' }
    ) {
        $run = Invoke-DropIn (New-RigDevice "$TestDrive/words-$Name" -Hsm '') $Option
        $run.ExitCode | Should -Be 255
        $run.Error | Should -MatchExactly ([regex]::Escape($Words))
        $run.Error | Should -Not -MatchExactly '(^|[^\w-])-[A-Z][a-z]'
    }
}
