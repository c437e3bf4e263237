# What PowerShell people expect: completion, strings where objects are meant, views, true output types, errors with a remedy.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $path = Get-RigPath Module
    Import-Module $path
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

Describe 'The parameters of Get-SotaConfig' {
    BeforeAll {
        $settings = @(& (& (Get-Module AutoRegister) { Get-Command -Name Get-SettingDefinition }))
        $parameters = (Get-Command Get-SotaConfig).Parameters
    }

    It 'are those of the catalogue of settings, with its aliases' {
        $settings.Count | Should -BeGreaterThan 20
        foreach ($setting in $settings | Where-Object Parameter) {
            $parameters[$setting.Parameter].Aliases | Sort-Object | Should -Be ($setting.Aliases | Sort-Object) -Because $setting.Name
            @($setting.Parameter) + $setting.Aliases + $setting.Name | Should -Contain $setting.Said
        }
    }

    It 'have no other beside what is no setting' {
        $others = 'Path', 'UseHostname', 'DeviceAuthorization', 'NoHsm', 'AllowPlainHttp', 'IgnoreDeviceFiles'
        $known = @($settings.Parameter; $settings.OffSwitch; $settings.PathParameter; $others; [System.Management.Automation.Cmdlet]::CommonParameters) -ne $null
        $parameters.Keys | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
        $known | Where-Object { $_ -notin $parameters.Keys -and $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters } | Should -BeNullOrEmpty
    }

    It 'that Test-SotaRegistration has as well are the same there' {
        $doctor = (Get-Command Test-SotaRegistration).Parameters
        $shared = @($settings.Parameter -ne $null | Where-Object { $doctor.ContainsKey($_) })
        $shared | Should -Be 'Root', 'Factory', 'SotaDirectory', 'DeviceApi', 'HsmModule', 'TokenLabel', 'TokenSerial', 'Pkcs11Uri'
        foreach ($name in $shared) {
            $doctor[$name].Aliases | Should -Be $parameters[$name].Aliases
            $doctor[$name].ParameterSets.Values.ValueFromPipelineByPropertyName | Should -Be $parameters[$name].ParameterSets.Values.ValueFromPipelineByPropertyName
        }
    }
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

Describe 'Tab completion of <Name>' -ForEach @(
    @{ Name = 'TokenLabel' }, @{ Name = 'TokenSerial' }, @{ Name = 'Serial' }, @{ Name = 'Label' }, @{ Name = 'HsmModule' }, @{ Name = 'ModulePath' }, @{ Name = 'Factory' }
    @{ Name = 'Tag' }, @{ Name = 'HardwareId' }, @{ Name = 'KeyId' }, @{ Name = 'KeyLabel' }, @{ Name = 'OtaClientService' }
) {
    It 'is there in every cmdlet that has it' {
        $parameters = @((Get-Command -Module AutoRegister).Parameters.Values | Where-Object Name -EQ $Name)
        $parameters | Should -Not -BeNullOrEmpty
        foreach ($parameter in $parameters) {
            @($parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] }).Count | Should -Be 1
        }
    }
}

Describe 'Tab completion in the session of a person' {
    BeforeAll {
        # One shell for all: a token's settings must be there when the process starts.
        $lines = 'Get-SotaConfig -Root ROOT -Tag ', 'Get-SotaConfig -Root ROOT -HardwareId ', 'Get-SotaConfig -Root ROOT -TokenSerial ', "Get-HsmToken $(Get-RigPath SoftHsm) -Label ", 'Get-HsmToken -Config $c -Serial ',
        'New-HsmDeviceKey -BaseConfig $c -TokenLabel ', 'New-HsmDeviceKey -BaseConfig $c -TokenSerial ', 'New-HsmDeviceKey -Config $c -UseExisting -KeyId ', 'New-HsmDeviceKey -Config $c -UseExisting -KeyLabel ',
        'New-HsmDeviceKey -BaseConfig $c -Tag ', 'New-HsmDeviceKey -KeyAlgorithm EcP', 'Export-SotaCredentials -OtaClientService ', 'Get-SotaConfig -Root /nonexistent -Tag ', 'Get-HsmToken /nonexistent.so -Label '
        $command = ($lines | ForEach-Object { "'$_'" }) -join ', '
        $run = Invoke-RigCommand "`$c = Get-SotaConfig -Root '$($device.Root)'; `$serial = (`$c | Get-HsmToken -Label aktualizr).Serial; $command | ForEach-Object { `"`$(((TabExpansion2 `$_.Replace('ROOT', '$($device.Root)')).CompletionMatches | ForEach-Object CompletionText) -join ' ' -replace `$serial, 'SERIAL').`" }" -Device $device -Factory $factory
        $run.Error | Should -BeNullOrEmpty
        $completed = $run.Lines
    }

    It 'offers what image, token and module have' {
        $completed | Should -Be 'devel main.', 'intel-corei7-64.', 'SERIAL.', 'aktualizr.', 'SERIAL.', 'aktualizr.', 'SERIAL.', '01.', 'tls.', 'devel main.', 'EcP256 EcP384 EcP521.', 'aktualizr-lite.', '.', '.'
    }
}

Describe 'A copy that came from elsewhere' {
    BeforeAll {
        $script = @"
`$config = Get-SotaConfig -Root '$($device.Root)'
`$key = `$config | New-HsmDeviceKey
`$registration = `$key | Register-FoundriesDevice
`$exported = `$registration | Export-SotaCredentials
foreach (`$name in 'config', 'key', 'registration', 'exported') {
    Get-Variable `$name -ValueOnly | Export-Clixml "$TestDrive/`$name.xml"
}
"@
        (Invoke-RigCommand $script -Device $device -Factory $factory).Error | Should -BeNullOrEmpty
    }

    It 'is refused by <Cmdlet> with one error that says what it is and what to do' -ForEach @(
        @{ Cmdlet = 'New-HsmDeviceKey'; Object = 'config'; Is = 'SotaConfig' }
        @{ Cmdlet = 'Get-HsmToken'; Object = 'config'; Is = 'SotaConfig' }
        @{ Cmdlet = 'Export-DeviceEnrollment ./x.json'; Object = 'config'; Is = 'SotaConfig' }
        @{ Cmdlet = 'Export-DeviceEnrollment ./x.json'; Object = 'registration'; Is = 'DeviceRegistration' }
        @{ Cmdlet = 'Register-FoundriesDevice'; Object = 'key'; Is = 'DeviceKey' }
        @{ Cmdlet = 'Register-FoundriesDevice -ThrottleLimit 4'; Object = 'config'; Is = 'SotaConfig' }
        @{ Cmdlet = 'Export-SotaCredentials'; Object = 'registration'; Is = 'DeviceRegistration' }
        @{ Cmdlet = 'ConvertTo-DeviceReport'; Object = 'exported'; Is = 'ExportedCredentials' }
    ) {
        $ErrorActionPreference = 'Continue'
        $problem = @(Import-Clixml "$TestDrive/$Object.xml" | & ([scriptblock]::Create("`$input | $Cmdlet")) 2>&1)
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -Match '^ParameterArgumentTransformationError,AutoRegister\.Cmdlets\.'
        "$problem" | Should -Match "a copy of a $Is .*inside the job; Export-DeviceEnrollment and Import-DeviceEnrollment"
    }

    It 'is refused as -BaseConfig, and from a job' {
        $copy = Import-Clixml "$TestDrive/config.xml"
        { [pscustomobject]@{ Name = 'A' } | New-HsmDeviceKey -BaseConfig $copy -Path "$TestDrive/none" } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Import-DeviceEnrollment "$TestDrive/none.json" "$TestDrive/none" -BaseConfig $copy } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        $root = $device.Root
        $job = Start-Job { Import-Module $using:path; Get-SotaConfig -Root $using:root -NoHsm -WarningAction Ignore }
        { Receive-Job $job -Wait -AutoRemoveJob | New-HsmDeviceKey -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'of its properties alone is refused as well' {
        $config = Get-SotaConfig -Root $device.Root -NoHsm
        { $config | Select-Object * | New-HsmDeviceKey -ErrorAction Stop } | Should -Throw '*what Select-Object took of a SotaConfig*' -ErrorId 'ParameterArgumentTransformationError,*'
        $config.Dispose()
    }
}

Describe 'Registering takes <Text> as <Span>' -ForEach @(
    @{ Text = 90; Span = '00:01:30' }
    @{ Text = '90'; Span = '00:01:30' }
    @{ Text = ' 90 '; Span = '00:01:30' }
    @{ Text = [int16] 5; Span = '00:00:05' }
    @{ Text = [uint32] 5; Span = '00:00:05' }
    @{ Text = [byte] 5; Span = '00:00:05' }
    @{ Text = 0.5; Span = '00:00:00.5' }
    @{ Text = 10000000000; Span = '115740.17:46:40' }
    @{ Text = -1; Span = '-00:00:01' }
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

Describe 'Registering' {
    It 'takes no number for anything else than seconds: <_>' -ForEach 1e300, 1e18, '99999999999999' {
        $transformation = (Get-Command Register-FoundriesDevice).Parameters['RetryFor'].Attributes | Where-Object { $_ -is [System.Management.Automation.ArgumentTransformationAttribute] }
        { $transformation.Transform($null, $_) } | Should -Throw
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
