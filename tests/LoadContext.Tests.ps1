# The module brings its own BouncyCastle and keeps it to itself.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $module = Get-RigPath Module

    function Invoke-Script([string] $Text, [hashtable] $Device) {
        Invoke-RigScript "$TestDrive/script.ps1" -Text $Text -Environment @{ SOFTHSM2_CONF = $Device.SoftHsmConf; DEVICE_API = $factory.api; SSL_CERT_FILE = $factory.caFile }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'Next to another BouncyCastle, <Kind>,' -ForEach @(
    # What neither it nor ours would be without the other's wall: the stand-in has ours' names and nothing behind them.
    @{ Kind = 'a stand-in of version 1.9'; Folder = 'foreign'; Version = '1.9.0.0' }
    @{ Kind = 'the real one of version 2.4'; Folder = 'older'; Version = '2.0.0.0' }
) {
    BeforeAll {
        $other = Convert-Path "$PSScriptRoot/../out/test/$Folder/BouncyCastle.Cryptography.dll"
    }

    It 'that was loaded first, the whole pipeline works, and the other one stays what it was' {
        $device = New-RigDevice -Path "$TestDrive/after-$Folder" -Token $factory.Token
        $run = Invoke-Script @"
`$ErrorActionPreference = 'Stop'
`$null = [System.Reflection.Assembly]::LoadFrom('$other')
Import-Module '$module'
(Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials).State
[Org.BouncyCastle.Asn1.X509.X509Name].Assembly.GetName().Version.ToString()
[Org.BouncyCastle.Asn1.X509.X509Name].Assembly.Location
"@ $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @('Registered', $Version, $other)
    }

    It 'that is loaded afterwards, both work' {
        $device = New-RigDevice -Path "$TestDrive/before-$Folder" -Token $factory.Token -Hsm ''
        $run = Invoke-Script @"
`$ErrorActionPreference = 'Stop'
Import-Module '$module'
`$key = Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey
`$null = [System.Reflection.Assembly]::LoadFrom('$other')
[Org.BouncyCastle.Asn1.X509.X509Name].Assembly.Location
(`$key | Register-FoundriesDevice | Export-SotaCredentials).State
"@ $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @($other, 'Registered')
    }
}

Describe 'The module' {
    It 'can be imported twice and with -Force, and keeps its cmdlets' {
        $device = New-RigDevice -Path "$TestDrive/twice" -Hsm ''
        $run = Invoke-Script @"
`$ErrorActionPreference = 'Stop'
Import-Module '$module'
Import-Module '$module'
Import-Module '$module' -Force
(Get-Command -Module AutoRegister).Name -join ' '
(Get-SotaConfig -Root '$($device.Root)').Factory
"@ $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines[0] | Should -Match 'Export-SotaCredentials.*Get-SotaConfig.*New-HsmDeviceKey.*Register-FoundriesDevice'
        $run.Lines[1] | Should -Be 'acme'
    }

    It 'ships no part of the engine' {
        $names = (Get-ChildItem $module -Recurse -Filter '*.dll').Name
        $names | Where-Object { $_ -match '^(System\.|Microsoft\.)' } | Should -BeNullOrEmpty
        $names | Should -Contain 'AutoRegister.Core.dll'
    }

    It 'has the version of its manifest in every assembly of ours' {
        $version = (Import-PowerShellDataFile "$module/AutoRegister.psd1").ModuleVersion
        foreach ($file in Get-ChildItem $module -Recurse -Filter 'AutoRegister.*.dll') {
            [System.Reflection.AssemblyName]::GetAssemblyName($file).Version.ToString(3) | Should -Be $version
        }
    }
}
