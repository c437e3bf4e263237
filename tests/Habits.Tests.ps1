# What PowerShell people expect: completion, strings where objects are meant, views, true output types, errors with a remedy.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module (Get-RigPath Module)
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $device = New-RigDevice -Path "$TestDrive/device" -Token $factory.Token
    (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0

    function Get-Completion([string] $Line) {
        (TabExpansion2 $Line).CompletionMatches.CompletionText
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'Tab completion' {
    It 'offers the factory of the image' {
        Get-Completion "Get-SotaConfig -Root $($device.Root) -Factory " | Should -Be @('acme')
    }

    It 'offers PKCS#11 modules' {
        Get-Completion 'Get-SotaConfig -HsmModule ' | Should -Contain (Get-RigPath SoftHsm)
    }

    It 'offers the labels of the tokens, without a login' {
        $run = Invoke-RigCommand "(TabExpansion2 'Test-SotaRegistration -Root $($device.Root) -TokenLabel ').CompletionMatches.CompletionText" -Device $device -Factory $factory
        $run.Lines | Should -Be @('aktualizr') -Because $run.Error
    }
}

Describe 'Registering takes <Text> as <Span>' -ForEach @(
    @{ Text = '30s'; Span = '00:00:30' }
    @{ Text = '1.5h'; Span = '01:30:00' }
    @{ Text = '00:10:00'; Span = '00:10:00' }
) {
    It 'in every culture' {
        $comma = [cultureinfo]::InvariantCulture.Clone()
        $comma.NumberFormat.NumberDecimalSeparator = ','
        $transformation = (Get-Command Register-FoundriesDevice).Parameters['RetryFor'].Attributes | Where-Object { $_ -is [System.Management.Automation.ArgumentTransformationAttribute] }
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $comma
            $transformation.Transform($null, $Text) | Should -Be ([timespan] $Span)
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}

Describe 'Output' {
    It 'has a view for every declared type' {
        $views = Get-Content "$(Get-RigPath Module)/AutoRegister.Format.ps1xml" -Raw
        foreach ($type in (Get-Command -Module AutoRegister).OutputType.Name | Where-Object { $_ -like 'AutoRegister.*' }) {
            $views | Should -Match ([regex]::Escape("<TypeName>$type</TypeName>"))
        }
    }

    It 'is of the type that <Name> declares' -ForEach @(
        @{ Name = 'Get-SotaConfig'; Line = 'Get-SotaConfig' }
        @{ Name = 'New-HsmDeviceKey'; Line = 'Get-SotaConfig | New-HsmDeviceKey' }
        @{ Name = 'Register-FoundriesDevice'; Line = 'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice' }
        @{ Name = 'Export-SotaCredentials'; Line = 'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials' }
        @{ Name = 'Test-SotaRegistration'; Line = 'Test-SotaRegistration' }
    ) {
        $run = Invoke-RigCommand "`$PSDefaultParameterValues = @{ '*-Sota*:Root' = '$($device.Root)' }; @($Line)[0].GetType().FullName -in (Get-Command $Name).OutputType.Name" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @('True')
    }

    It 'has colours where the shell colours its own tables, and none with NO_COLOR: NO_COLOR=<NoColor>' -ForEach @{ NoColor = $null }, @{ NoColor = '1' } {
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($device.Root)'; 'its own'; Get-ChildItem / -Directory" -Device $device -Factory $factory -Environment @{ NO_COLOR = $NoColor }
        $ours, $own = $run.Output -split 'its own'
        $ours | Should -Match 'Configuration'
        $ours -match "`e\[" | Should -Be ($own -match "`e\[")
        if ($NoColor) {
            $ours | Should -Not -Match "`e\["
        }
    }
}

Describe 'An error' {
    It 'says what to do' {
        Get-SotaConfig -Root "$TestDrive/nowhere" -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'of every cmdlet says what to do, in the record and in the exception: <Line>' -ForEach @(
        @{ Line = 'Get-SotaConfig -Root ./nowhere' }
        @{ Line = 'Get-HsmToken -ModulePath ./nowhere.so' }
        @{ Line = 'Get-SotaConfig | New-HsmDeviceKey -UseExisting -KeyLabel nobody -Force' }
        @{ Line = 'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice -CaCertificatePath ./nowhere.pem' }
        @{ Line = 'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -OtaClientService "no unit"' }
        @{ Line = 'Get-SotaConfig | New-HsmDeviceKey | Export-DeviceEnrollment ./device.json -RecipientCertificatePath ./nowhere.pem' }
        @{ Line = 'Import-DeviceEnrollment ./nowhere.json ./nowhere' }
        @{ Line = 'Test-SotaRegistration -CaCertificatePath ./nowhere.pem' }
    ) {
        $run = Invoke-RigCommand ("`$PSDefaultParameterValues = @{ 'Get-SotaConfig:Root' = '$($device.Root)'; 'Test-SotaRegistration:Root' = '$($device.Root)' }; `$ErrorActionPreference = 'Stop'; `$e = try { `$null = $Line } catch { `$_ }; " +
            '"$($e.ErrorDetails.RecommendedAction)"; "$($e.Exception.RecommendedAction)"; "$($e.FullyQualifiedErrorId)"') -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines[0] | Should -Not -BeNullOrEmpty
        $run.Lines[1] | Should -Be $run.Lines[0]
        $run.Lines[2] | Should -Match '^[A-Z][A-Za-z0-9]+,AutoRegister\.Cmdlets\.'
    }

    It 'shows what to do in Get-Error' {
        Get-SotaConfig -Root "$TestDrive/nowhere" -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0] | Get-Error | Out-String -Width 300 | Should -Match ([regex]::Escape($problem[0].ErrorDetails.RecommendedAction))
    }
}
