# The path of somebody who knows nothing: README, first command, Get-Help, doctor, registered.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $device = New-RigDevice -Path "$TestDrive/device" -Token $factory.Token
    $readme = Get-Content "$PSScriptRoot/../README.md" -Raw
    # Where the reader is: the top of the project, on the device itself.
    $prepare = "Set-Location '$(Convert-Path "$PSScriptRoot/..")'; `$PSDefaultParameterValues = @{ '*-Sota*:Root' = '$($device.Root)' }; "
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A newcomer' {
    It 'finds the first command in the README, and it works' {
        $import = [regex]::Match($readme, '(?m)^    (Import-Module .+)$').Groups[1].Value
        $import | Should -Not -BeNullOrEmpty
        $run = Invoke-RigCommand "$prepare $import; (Get-SotaConfig).Factory" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Contain 'acme'
    }

    It 'finds the next ones in Get-Help' {
        $run = Invoke-RigCommand 'Get-Help Get-SotaConfig; Get-Help about_AutoRegister' -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        foreach ($name in 'New-HsmDeviceKey', 'Register-FoundriesDevice', 'Export-SotaCredentials', 'Test-SotaRegistration', 'about_AutoRegister_Errors') {
            $run.Output | Should -Match $name
        }
    }

    It 'is told by the doctor that nothing is in the way' {
        $run = Invoke-RigCommand "$prepare Test-SotaRegistration -Online -Quiet" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @('True')
    }

    It 'registers the device with the line of the README, and the gateway knows it' {
        $line = [regex]::Match($readme, '(?m)^    (Get-SotaConfig \| .+)$').Groups[1].Value
        $run = Invoke-RigCommand "$prepare $line; (Test-SotaRegistration -Online | Where-Object Name -EQ 'Gateway').Status" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines[-1] | Should -Be 'Passed'
    }
}
