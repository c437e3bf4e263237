# One PKCS#11 module in several pipelines of a process.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $device = New-RigDevice -Path "$TestDrive/device"
    $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', 'aktualizr', '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
    $made.ExitCode | Should -Be 0 -Because $made.Error
}

Describe 'Pipelines that use a module at once' {
    # The first uses in a process: each of them is one that finds everything not made yet.
    It 'list its tokens, each with its own words (process <_>)' -ForEach (1..4) {
        $command = "1..8 | ForEach-Object -ThrottleLimit 8 -Parallel { Import-Module '$(Get-RigPath Module)'; `$words = @(Get-HsmToken -ModulePath '$(Get-RigPath SoftHsm)' -Verbose 4>&1); " +
        '"$($words.Where({ $_ -is [System.Management.Automation.VerboseRecord] }).Count -le 1) $($words[-1].SlotId -ge 0)" }'
        $run = Invoke-RigCommand $command -Device $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be (@('True True') * 8)
    }
}
