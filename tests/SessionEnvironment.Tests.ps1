# What a session sets and removes in $env: is what a PKCS#11 module finds, in the same process.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $softHsm = Get-RigPath SoftHsm

    # A device that has a token of SoftHSM2 in a directory of its own.
    function Build-LabelledDevice([string] $Name, [string] $Label) {
        $device = New-RigDevice -Path "$TestDrive/$Name" -Token $factory.Token
        $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', $Label, '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        $made.ExitCode | Should -Be 0 -Because $made.Error
        $device
    }

    $list = "Get-HsmToken '$softHsm' | Where-Object State -EQ Initialized | ForEach-Object Label"
}

AfterAll {
    Stop-RigFactory $factory
}

Describe '$env:SOFTHSM2_CONF in a session' {
    BeforeAll {
        $one = Build-LabelledDevice one first
        $two = Build-LabelledDevice two second
    }

    It 'that was set after its start says which tokens there are' {
        $run = Invoke-RigCommand "`$env:SOFTHSM2_CONF = '$($two.SoftHsmConf)'; $list" -Device $one -Environment @{ SOFTHSM2_CONF = $null }
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be 'second'
    }

    It 'that was changed after a module was used says which tokens the next command finds, without a word' {
        $run = Invoke-RigCommand "$list; `$env:SOFTHSM2_CONF = '$($two.SoftHsmConf)'; $list; `$env:SOFTHSM2_CONF = '$($one.SoftHsmConf)'; $list" -Device $one
        $run.Error | Should -BeNullOrEmpty
        $run.Output | Should -Not -Match 'WARNING'
        $run.Lines | Should -Be 'first', 'second', 'first'
    }

    It 'that was removed is gone for the module: it reads the user''s configuration' {
        $null = New-Item -ItemType Directory "$TestDrive/home/.config/softhsm2"
        Copy-Item $two.SoftHsmConf "$TestDrive/home/.config/softhsm2/softhsm2.conf"
        $run = Invoke-RigCommand "Remove-Item Env:SOFTHSM2_CONF; `$env:HOME = '$TestDrive/home'; $list" -Device $one
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be 'second'
    }

    It 'says in which token the pipeline makes its key, and whose files are made durable' {
        $three = Build-LabelledDevice three other
        $run = Invoke-RigCommand "`$env:SOFTHSM2_CONF = '$($three.SoftHsmConf)'; Get-SotaConfig -Root '$($three.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Uuid" -Device $one -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        @(Get-RigTokenObject -Device $three).Class | Should -Contain 'Private Key'
        Get-ChildItem "$($three.Root)/var/lib/softhsm/tokens" -Recurse -Filter 'autoregister-origin.json' | Should -HaveCount 1
        Get-ChildItem "$($one.Root)/var/lib/softhsm/tokens" -Directory | Should -HaveCount 1
    }
}
