# What PowerShell people expect: completion, strings where objects are meant, views, true output types, errors with a remedy.

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module (Get-RigPath Module)
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $device = New-RigDevice -Path "$TestDrive/device" -Token $factory.Token
    (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0

    function Get-Completion([string] $Line) {
        $script = "([System.Management.Automation.CommandCompletion]::CompleteInput(`"$Line`", $($Line.Length), @{})).CompletionMatches.CompletionText"
        $run = Invoke-RigCommand $script -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines
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
        Get-Completion "Test-SotaRegistration -Root $($device.Root) -TokenLabel " | Should -Be @('aktualizr')
    }
}

Describe 'Registering takes <Text> as <Span>' -ForEach @(
    @{ Text = '30s'; Span = '00:00:30' }
    @{ Text = '1.5h'; Span = '01:30:00' }
    @{ Text = '00:10:00'; Span = '00:10:00' }
) {
    It 'in every culture' {
        $run = Invoke-RigCommand ("[cultureinfo]::CurrentCulture = & { `$c = [cultureinfo]::InvariantCulture.Clone(); `$c.NumberFormat.NumberDecimalSeparator = ','; `$c };" +
            "(Get-Command Register-FoundriesDevice).Parameters['RetryFor'].Attributes | Where-Object { `$_ -is [System.Management.Automation.ArgumentTransformationAttribute] } | ForEach-Object { ([timespan] `$_.Transform(`$null, '$Text')).ToString() }") -Device $device
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be @($Span)
    }
}

Describe 'Output' {
    It 'has a view for every declared type' {
        $views = [System.IO.File]::ReadAllText("$(Get-RigPath Module)/AutoRegister.Format.ps1xml")
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

    It 'has no colours where it is no terminal' {
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($device.Root)'" -Device $device -Factory $factory
        $run.Output | Should -Not -Match "`e\["
    }
}

Describe 'An error' {
    It 'says what to do' {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$TestDrive/nowhere' -ErrorAction SilentlyContinue -ErrorVariable e; `$e[0].ErrorDetails.RecommendedAction; `$e[0].CategoryInfo.Category" -Device $device
        $run.Lines[0] | Should -Not -BeNullOrEmpty
        $run.Lines[1] | Should -Be 'ObjectNotFound'
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

    # The engine's own library has no Get-Error; a real pwsh has.
    It 'shows what to do in Get-Error' -Skip:(-not (Get-Command Get-Error -ErrorAction Ignore)) {
        $run = Invoke-RigCommand "Get-SotaConfig -Root '$TestDrive/nowhere' -ErrorAction SilentlyContinue; `$error[0].ErrorDetails.RecommendedAction; Get-Error | Out-String -Width 300" -Device $device
        $run.Output.Substring($run.Lines[0].Length) | Should -Match ([regex]::Escape($run.Lines[0]))
    }
}
