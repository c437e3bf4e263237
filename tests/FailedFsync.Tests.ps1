# A medium that fails an fsync: afterwards either the run said success and everything is proven durable, or it did not, and the next run
# finishes with the same identity. The crash rig fails the calls and keeps the proof;
# 'build.sh soak crash' fails each of them.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $out = Join-Path (Split-Path $PSScriptRoot) out
    $crashRig = "$out/test/crash-rig/crash-rig"
    # A sweep takes longer than the rig waits for a program otherwise.
    $patience = { Start-Sleep -Milliseconds 200 }
}

Describe 'An fsync that fails' -Tag 'Beside' {
    It 'loses nothing, with <Kind>: one in <Every>' -ForEach @(@{ Kind = 'a software key'; Every = 13 }, @{ Kind = 'a token'; Every = 37 }) {
        $module = if ($Kind -eq 'a token') { '--module', (Get-RigPath SoftHsm) } else { @() }
        $sweep = Invoke-RigProcess $crashRig (@('sweep', '--out', $out, '--work', "$TestDrive/sweep-$Every", '--parallel', '1', '--fault', 'fsync', '--every', "$Every") + $module) -While $patience
        $sweep.Output | Should -Match '[1-9]\d* points, 0 failures'
        $sweep.ExitCode | Should -Be 0
    }

    It 'number <_> of a factory that starts for the first time: it says so and ends, and the next start works' -ForEach 1, 4, 5, 8, 13 {
        $data = "$TestDrive/factory-$_/data"
        $null = New-Item -ItemType Directory -Path (Split-Path $data)
        $run = Invoke-RigProcess $crashRig @('run', '--fail-at', "$_", '--under', (Split-Path $data), '--', (Get-RigPath FactoryExe), 'dev', '--data', $data, '--factory', 'acme')
        $run.ExitCode | Should -Be 71 -Because $run.Error
        $run.Error | Should -Match 'fsync on'
        Stop-RigFactory (Start-RigFactory -Path $data)
    }
}
