# Rows of a list in the plain pipeline: what is misspelt is an error before the first device, what is somebody's own is left alone.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module (Get-RigPath Module)
    Set-Content "$TestDrive/token" 'token-that-nobody-issued'
    chmod 600 "$TestDrive/token"
    $line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi https://127.0.0.1:9/ -ApiTokenPath "$TestDrive/token" -IgnoreDeviceFiles -NoHsm

    # What became of a list: the keys that were made, and the id of the error.
    function Invoke-List([string] $Text, [hashtable] $More = @{ Path = { "$TestDrive/$place/$(New-Guid)" } }) {
        $place = "$(New-Guid)"
        Set-Content "$TestDrive/$place.csv" $Text
        $result = @{ Id = ''; Message = ''; Remedy = '' }
        try {
            $result.Keys = @(Import-Csv "$TestDrive/$place.csv" | New-HsmDeviceKey -BaseConfig $line @More -ErrorAction Stop)
        }
        catch {
            $result.Id = $_.FullyQualifiedErrorId
            $result.Message = "$_"
            $result.Remedy = $_.ErrorDetails.RecommendedAction
        }

        $result.Made = @(Get-ChildItem "$TestDrive/$place" -ErrorAction Ignore).Count
        $result
    }
}

AfterAll {
    $line.Dispose()
}

Describe 'A list in the pipeline' {
    It 'ends before its first device where a column is misspelt: <Column>' -ForEach @(
        @{ Column = 'Gruop'; Meant = 'Group' }
        @{ Column = 'Device_Group'; Meant = 'DeviceGroup' }
        @{ Column = 'TokenLable'; Meant = 'TokenLabel' }
        @{ Column = 'Tagg'; Meant = 'Tag' }
        @{ Column = 'Key ID'; Meant = 'KeyId' }
    ) {
        $run = Invoke-List "SerialNumber,$Column`nX1,1`nX2,2"
        $run.Id | Should -Be 'SettingInvalid,AutoRegister.Cmdlets.NewHsmDeviceKeyCommand'
        $run.Message | Should -Match ([regex]::Escape("'$Column'") + ".*'$Meant'")
        $run.Remedy | Should -Not -BeNullOrEmpty
        $run.Made | Should -Be 0
    }

    It 'may have columns of one''s own' {
        $run = Invoke-List "SerialNumber,Group,Note,Operator,Tab`nX1,blue,first,me,2"
        $run.Message | Should -BeNullOrEmpty
        $run.Keys[0].Name | Should -Be 'X1'
        $run.Keys[0].Config.DeviceGroup | Should -Be 'blue'
    }

    It 'may have a column that is near one it has as well, or one that is given' {
        $run = Invoke-List "SerialNumber,Group,Groups,Paths`nX1,blue,2,3" @{ Path = { "$TestDrive/$place/$($_.SerialNumber)" } }
        $run.Message | Should -BeNullOrEmpty
        $run.Keys[0].Config.DeviceGroup | Should -Be 'blue'
        $run = Invoke-List "SerialNumber,Gruop`nX1,2" @{ Path = { "$TestDrive/$place/$($_.SerialNumber)" }; DeviceGroup = 'red' }
        $run.Keys[0].Config.DeviceGroup | Should -Be 'red'
    }

    It 'ends at a later row where that one has a misspelt column' {
        $rows = [pscustomobject]@{ SerialNumber = 'L1' }, [pscustomobject]@{ SerialNumber = 'L2'; Gruop = 'blue' }
        { $rows | New-HsmDeviceKey -BaseConfig $line -Path { "$TestDrive/later/$($_.SerialNumber)" } } | Should -Throw -ErrorId 'SettingInvalid,*'
        "$TestDrive/later/L1" | Should -Exist
        "$TestDrive/later/L2" | Should -Not -Exist
    }

    It 'is not begun with objects that say nothing of a device' {
        $made = 1..2 | New-HsmDeviceKey -BaseConfig $line -ErrorAction SilentlyContinue -ErrorVariable problem
        $made | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -Be (@('SettingInvalid,AutoRegister.Cmdlets.NewHsmDeviceKeyCommand') * 2)
    }

    It 'may be numbers, where a script block makes something of them' {
        (1..2 | New-HsmDeviceKey -BaseConfig $line -Name { "N$_" } -Path { "$TestDrive/numbers/$_" }).Name | Should -Be @('N1', 'N2')
    }
}
