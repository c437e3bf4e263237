# The unit of the factory server, as systemd itself judges it, and the files beside it.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    $noSystemd = -not (Test-Path '/usr/bin/systemd-analyze')
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $source = "$PSScriptRoot/../module/factory"
    $unit = "$TestDrive/lmp-factory.service"
    Set-Content $unit (Get-Content "$source/lmp-factory.service" -Raw).Replace('/usr/lib/lmp-factory/lmp-factory', '/bin/true') -NoNewline
}

Describe 'The unit of the factory server' {
    It 'is understood by systemd to the last word' -Skip:$noSystemd {
        $checked = Invoke-RigProcess systemd-analyze @('verify', '--recursive-errors=yes', $unit)
        "$($checked.Output)$($checked.Error)" | Should -BeNullOrEmpty
        $checked.ExitCode | Should -Be 0
    }

    It 'exposes at most 2.5' -Skip:$noSystemd {
        $judged = Invoke-RigProcess systemd-analyze @('security', '--offline=true', '--threshold=25', $unit)
        $judged.ExitCode | Should -Be 0 -Because $judged.Output
    }

    It 'lets .NET compile, and does not start again what a person must mend' {
        Get-Content $unit | Should -Not -Match '^MemoryDenyWriteExecute='
        Get-Content $unit | Should -Contain 'RestartPreventExitStatus=64 66 78'
        Get-Content $unit | Should -Contain 'Type=notify'
    }

    It 'makes its user and its directories for that user alone' {
        $root = "$TestDrive/root"
        $null = New-Item -ItemType Directory "$root/etc"
        $made = Invoke-RigProcess systemd-sysusers @("--root=$root", "$source/lmp-factory.sysusers")
        $made.ExitCode | Should -Be 0 -Because $made.Error
        Get-Content "$root/etc/passwd" | Should -Match '^lmp-factory:'
        $made = Invoke-RigProcess systemd-tmpfiles @('--create', "--root=$root", "$source/lmp-factory.tmpfiles")
        $made.ExitCode | Should -Be 0 -Because $made.Error
        (Get-Item "$root/var/lib/lmp-factory").UnixMode | Should -Be 'drwx------'
        (Get-Item "$root/etc/lmp-factory").UnixMode | Should -Be 'drwxr-x---'
    }
}

Describe 'The example of a configuration' {
    It 'has settings that the server knows: what it misses first is the PKI' {
        $example = Get-Content "$source/factory.json" -Raw | ConvertFrom-Json -AsHashtable
        $example.Ledger.Sqlite = "$TestDrive/ledger.db"
        $example.Admin.PasswordFile = "$TestDrive/screen-password"
        Set-Content $example.Admin.PasswordFile 'a password'
        chmod 600 $example.Admin.PasswordFile
        $example | ConvertTo-Json -Depth 5 | Set-Content "$TestDrive/factory.json"
        $run = Invoke-RigProcess (Get-RigPath FactoryExe) @('serve', '--check', '--config', "$TestDrive/factory.json")
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match '/etc/lmp-factory/pki'
    }
}
