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

    It 'is of the type that its cmdlet declares' {
        $line = 'Get-SotaConfig', 'Get-SotaConfig | New-HsmDeviceKey', 'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice',
        'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials', 'Test-SotaRegistration'
        $command = $line | ForEach-Object { "'${_}: ' + (@($_)[0].GetType().FullName -in (Get-Command $($_.Split(' ')[-1])).OutputType.Name)" }
        $run = Invoke-RigCommand "`$PSDefaultParameterValues = @{ '*-Sota*:Root' = '$($device.Root)' }; $($command -join '; ')" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines | Should -Be ($line | ForEach-Object { "${_}: True" })
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

    It 'of every cmdlet says what to do, in the record and in the exception' {
        $line = @(
            'Get-SotaConfig -Root ./nowhere'
            'Get-HsmToken -ModulePath ./nowhere.so'
            'Get-SotaConfig | New-HsmDeviceKey -UseExisting -KeyLabel nobody -Force'
            'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice -CaCertificatePath ./nowhere.pem'
            'Get-SotaConfig | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -OtaClientService "no unit"'
            'Get-SotaConfig | New-HsmDeviceKey | Export-DeviceEnrollment ./device.json -RecipientCertificatePath ./nowhere.pem'
            'Import-DeviceEnrollment ./nowhere.json ./nowhere'
            'Test-SotaRegistration -CaCertificatePath ./nowhere.pem'
        )
        # One shell for all: three lines each.
        $command = "`$PSDefaultParameterValues = @{ 'Get-SotaConfig:Root' = '$($device.Root)'; 'Test-SotaRegistration:Root' = '$($device.Root)' }; `$ErrorActionPreference = 'Stop'; " +
        (($line | ForEach-Object { "`$e = try { `$null = $_ } catch { `$_ }; " + '"1 $($e.ErrorDetails.RecommendedAction)"; "2 $($e.Exception.RecommendedAction)"; "3 $($e.FullyQualifiedErrorId)"' }) -join '; ')
        $run = Invoke-RigCommand $command -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $run.Lines.Count | Should -Be (3 * $line.Count)
        foreach ($number in 0..($line.Count - 1)) {
            $inRecord, $inException, $id = $run.Lines[(3 * $number)..(3 * $number + 2)]
            $inRecord | Should -Match '^1 \S' -Because $line[$number]
            $inException | Should -Be ($inRecord -replace '^1', '2') -Because $line[$number]
            $id | Should -Match '^3 [A-Z][A-Za-z0-9]+,AutoRegister\.Cmdlets\.' -Because $line[$number]
        }
    }

    It 'shows what to do in Get-Error' {
        Get-SotaConfig -Root "$TestDrive/nowhere" -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0] | Get-Error | Out-String -Width 300 | Should -Match ([regex]::Escape($problem[0].ErrorDetails.RecommendedAction))
    }
}
