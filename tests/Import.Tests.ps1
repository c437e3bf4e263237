# Ways to import the module that people use.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $modules = Split-Path -Parent (Get-RigPath Module)
    $device = New-RigDevice -Path "$TestDrive/device" -Hsm ''

    function Invoke-Import([string] $Text) {
        $run = Invoke-RigScript "$TestDrive/import.ps1" -Text "Set-StrictMode -Version Latest`n`$ErrorActionPreference = 'Stop'`n$Text" -Environment @{ PSModulePath = $modules }
        $run.Error | Should -BeNullOrEmpty
        $run.Lines
    }
}

Describe 'The module' {
    It 'is imported by name from PSModulePath' {
        Invoke-Import "Import-Module AutoRegister; (Get-SotaConfig -Root '$($device.Root)').Factory" | Should -Be 'acme'
    }

    It 'is loaded by the first use of a cmdlet' {
        Invoke-Import "(Get-SotaConfig -Root '$($device.Root)').Factory" | Should -Be 'acme'
    }

    It 'has types that a script can write' {
        $names = 'CheckResult', 'DeviceKey', 'DeviceRegistration', 'DeviceReport', 'ExportedCredentials', 'ExportedEnrollment', 'HsmObject', 'HsmSlot', 'Setting', 'SotaConfig'
        $written = ($names | ForEach-Object { "[AutoRegister.$_].FullName" }) -join '; '
        Invoke-Import "Import-Module AutoRegister; $written" | Should -Be ($names | ForEach-Object { "AutoRegister.$_" })
        Invoke-Import "Import-Module AutoRegister; (Get-SotaConfig -Root '$($device.Root)') -is [AutoRegister.SotaConfig]" | Should -Be 'True'
    }

    It 'comes back after it was removed' {
        Invoke-Import "Import-Module AutoRegister; Remove-Module AutoRegister; Import-Module AutoRegister -Force; (Get-SotaConfig -Root '$($device.Root)').Factory" | Should -Be 'acme'
    }

    It 'exports all its cmdlets each time it is imported: again, after it was removed, and in another runspace' {
        $exported = (Import-PowerShellDataFile (Join-Path (Get-RigPath Module) AutoRegister.psd1)).CmdletsToExport
        $lines = Invoke-Import @'
$count = { (Get-Command -Module AutoRegister -CommandType Cmdlet | Sort-Object Name).Name -join ',' }
Import-Module AutoRegister
& $count
Import-Module AutoRegister -Force
& $count
Remove-Module AutoRegister
Import-Module AutoRegister
& $count
$shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
$shell.AddScript("Import-Module AutoRegister; $count").Invoke()
$shell.Dispose()
'@
        $lines | Should -Be (@(($exported | Sort-Object) -join ',') * 4)
    }

    It 'works in two runspaces of one process' {
        Invoke-Import @"
foreach (`$i in 1, 2) {
    `$shell = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
    `$null = `$shell.AddScript("Import-Module AutoRegister; (Get-SotaConfig -Root '$($device.Root)').Factory")
    `$shell.Invoke()
    `$shell.Dispose()
}
"@ | Should -Be @('acme', 'acme')
    }

    It 'works in ForEach-Object -Parallel' {
        Invoke-Import "1..4 | ForEach-Object -Parallel { Import-Module AutoRegister; (Get-SotaConfig -Root '$($device.Root)').Factory } -ThrottleLimit 4" | Should -Be @('acme', 'acme', 'acme', 'acme')
    }
}
