# What is seen of our objects without a word more: at 80 columns nothing is cut off, JSON and CSV say names and times, and no secret's
# length is in any of it.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $device = New-RigDevice -Path "$TestDrive/device" -Token $factory.Token
    # Every object that a cmdlet hands out, of one device. One shell for all.
    $script = @'
$config = Get-SotaConfig
$shown = [ordered]@{ config = $config; settings = $config.Settings }
$shown.slot = $config | Get-HsmToken
$shown.key = $config | New-HsmDeviceKey
$shown.object = Get-SotaConfig | Get-HsmToken -Object
$shown.registration = $shown.key | Register-FoundriesDevice
$shown.exported = $shown.registration | Export-SotaCredentials
$shown.certificate = Get-SotaConfig | Get-HsmToken -Object
$shown.check = Test-SotaRegistration -Online
$shown.report = $shown.exported | ConvertTo-DeviceReport
$shown.failed = Get-SotaConfig -Root "$root/nowhere" 2>&1 | ConvertTo-DeviceReport
$all = [ordered]@{ uuid = $shown.key.Uuid; keyLocation = $shown.key.KeyLocation; fingerprint = $shown.key.KeyFingerprint; message = $shown.failed.Message }
foreach ($name in $shown.Keys) {
    # A console leaves the last column free.
    $all["$name view"] = $shown.$name | Out-String -Width 79
    $all["$name table"] = $shown.$name | Format-Table | Out-String -Width 79
    $all["$name list"] = $shown.$name | Format-List * | Out-String -Width 79
    $all["$name json"] = ConvertTo-Json @($shown.$name) -WarningAction Ignore
    $all["$name csv"] = @($shown.$name | ConvertTo-Csv) -join "`n"
}

foreach ($name in 'ApiToken', 'Pin', 'SoPin') {
    $secret = $name -eq 'ApiToken' ? (Get-SotaConfig -DeviceAuthorization:$false).ApiToken : (Get-SotaConfig).Hsm.$name
    $all["secret $name"] = "$secret", ($secret | Format-List * | Out-String), ($secret | ConvertTo-Json), ($secret | Get-Member | Out-String), ($secret | ConvertTo-Csv) -join "`n"
}

$all | ConvertTo-Json
'@
    $run = Invoke-RigCommand "`$root = '$($device.Root)'; `$PSDefaultParameterValues = @{ '*-Sota*:Root' = `$root }; `$PSStyle.OutputRendering = 'PlainText'; $script" -Device $device -Factory $factory
    $run.Error | Should -BeNullOrEmpty
    $seen = $run.Output | ConvertFrom-Json -AsHashtable -DateKind String
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'At 80 columns' {
    It 'nothing is cut off in the view of <_>' -ForEach 'config', 'settings', 'slot', 'key', 'object', 'registration', 'exported', 'certificate', 'check', 'report', 'failed' {
        $seen["$_ view"].Split("`n").Length | Should -BeGreaterThan 3
        foreach ($kind in 'view', 'table') {
            $seen["$_ $kind"] | Should -Not -Match '\u2026'
            ($seen["$_ $kind"].Split("`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 79
        }
    }

    It 'the UUID is in one piece: <_>' -ForEach 'key view', 'key table', 'registration view', 'registration table', 'exported view', 'exported table', 'report view', 'certificate view' {
        $seen[$_] | Should -Match ([regex]::Escape($seen.uuid))
    }

    It 'the key''s place and fingerprint are in one piece' {
        foreach ($name in 'key view', 'exported view') {
            $seen[$name] | Should -Match ([regex]::Escape($seen.keyLocation))
        }

        $seen['key view'] | Should -Match $seen.fingerprint
    }

    It 'all words of an error are in the row of a report' {
        $column = $seen['failed view'].Split("`n") | Where-Object Length -GT 43 | Select-Object -Skip 2 | ForEach-Object { $_.Substring(43).Trim() }
        $column -join '' -replace '\s' | Should -Be ("RootNotFound: $($seen.message)" -replace '\s')
    }

    It 'a token''s mechanisms are hinted at' {
        $seen['slot view'] | Should -Match 'Mechanisms'
        $seen['slot view'] | Should -Match '(?m) \d+: see \.Mechanisms\s*$'
    }

    It 'what stands inside another object is a few words' {
        foreach ($name in 'config', 'key', 'registration', 'exported') {
            foreach ($kind in 'list', 'csv', 'table') {
                $seen["$name $kind"] | Should -Not -Match '\w+ \{ \w+ ='
            }

            $seen["$name list"] | Should -Not -Match 'AutoRegister\.Core\.'
        }
    }
}

Describe 'JSON and CSV' {
    It 'of <Object> have <Words>' -ForEach @(
        @{ Object = 'check'; Words = '"Status": "Passed"' }
        @{ Object = 'key'; Words = '"State": "KeyMade"' }
        @{ Object = 'key'; Words = '"SecretOwner": "\w+"' }
        @{ Object = 'registration'; Words = '"State": "AnswerReceived"' }
        @{ Object = 'exported'; Words = '"State": "Registered"' }
        @{ Object = 'exported'; Words = '"OtaClient": "NotAsked"' }
        @{ Object = 'slot'; Words = '"State": "Blank"' }
        @{ Object = 'object'; Words = '"Class": "PrivateKey"' }
        @{ Object = 'settings'; Words = '"Kind": "Parameter"|"Source": "parameter -Root"' }
    ) {
        $seen["$Object json"] | Should -Match $Words
    }

    It 'have no enumeration as a number: <_>' -ForEach 'config', 'slot', 'key', 'object', 'registration', 'exported', 'check' {
        $seen["$_ json"] | Should -Not -Match '"(State|Status|Class|UserPin|SoPin|OtaClient|PrivateKey|SecretOwner)": \d'
    }

    It 'have times in ISO 8601 with their zone: <_>' -ForEach 'registration json', 'exported json', 'report json', 'report csv' {
        $seen[$_] | Should -Match '"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"'
        $seen[$_] | Should -Not -Match '\d/\d\d?/\d{4}|\\?/Date\('
    }

    It 'of a check''s status compare and export as the name' {
        $run = Invoke-RigCommand "`$c = Test-SotaRegistration -Root '$($device.Root)'; `"`$(@(`$c | Where-Object Status -EQ Passed).Count -gt 3) `$(`$c[0].Status -eq 'Passed') `$(`$c[0].Status -in 'Passed', 'Skipped')`"; `$c | ConvertTo-Csv | Select-Object -Skip 1 -First 1" -Device $device -Factory $factory
        $run.Lines[0] | Should -Be 'True True True'
        $run.Lines[1] | Should -Match '^"1","Configuration","Passed",'
    }
}

Describe 'A secret' {
    It 'does not say how long it is: <_>' -ForEach 'ApiToken', 'Pin', 'SoPin' {
        $length = $_ -eq 'ApiToken' ? $factory.Token.Length : 8
        $seen["secret $_"] | Should -Match '\(secret\)'
        $seen["secret $_"] | Should -Not -Match "\b$length\b"
        $seen["secret $_"] | Should -Not -Match 'Length'
    }

    It 'is not measured by the doctor, in a configuration''s JSON, or in verbose output' {
        $fresh = New-RigDevice -Path "$TestDrive/fresh" -Token $factory.Token
        $run = Invoke-RigCommand "Test-SotaRegistration -Root '$($fresh.Root)' -Verbose -Debug 4>&1 5>&1 | Out-String -Width 200; Get-SotaConfig -Root '$($fresh.Root)' -Verbose 4>&1 | ConvertTo-Json -WarningAction Ignore" -Device $fresh -Factory $factory
        $run.Output | Should -Match 'API token'
        $run.Output | Should -Not -Match "\b$($factory.Token.Length)\b"
        $run.Output | Should -Not -Match '"Length"'
    }
}
