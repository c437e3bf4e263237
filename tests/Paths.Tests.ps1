# Paths as PowerShell people give them: wildcards in -Path, names as they are in -LiteralPath, drives, the shell's own location.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'A test''s passphrase.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module (Get-RigPath Module)
    Set-Content "$TestDrive/token" 'token-that-nobody-issued'
    chmod 600 "$TestDrive/token"
    $told = @{ Factory = 'acme'; Tag = 'main'; HardwareId = 'board'; DeviceApi = 'https://127.0.0.1:9/'; IgnoreDeviceFiles = $true; NoHsm = $true }
    $line = Get-SotaConfig @told -ApiTokenPath "$TestDrive/token"
    $phrase = @{ Passphrase = ConvertTo-SecureString 'a passphrase of a test' -AsPlainText -Force }
    $post = "$TestDrive/post"
    foreach ($name in 'plain', 'b1', 'b[1]', 'c1', 'c2', 'star*') {
        $null = [pscustomobject]@{ SerialNumber = "SN-$($name -replace '\W')-$($name.Length)"; Folder = "$TestDrive/keys/$(New-Guid)" } |
            New-HsmDeviceKey -BaseConfig $line -Path { $_.Folder } | Export-DeviceEnrollment -Path "$post/$name.json" -WithoutKey @phrase
    }

    # The id of the one error.
    function Get-ErrorId([scriptblock] $Command) {
        $ErrorActionPreference = 'Continue'
        @(& $Command 2>&1).FullyQualifiedErrorId
    }

    function New-Place {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It makes a name.')]
        param()

        "$TestDrive/place/$(New-Guid)"
    }
}

AfterAll {
    $line.Dispose()
}

Describe 'Import-DeviceEnrollment' {
    It 'takes the file that a wildcard means' {
        (Import-DeviceEnrollment "$post/pl*n.json" (New-Place) @phrase).Name | Should -Be 'SN-plain-5'
        (Import-DeviceEnrollment -Path "$post/b[1].json" (New-Place) @phrase).Name | Should -Be 'SN-b1-2'
        (Import-DeviceEnrollment "$post/b``[1``].json" (New-Place) @phrase).Name | Should -Be 'SN-b1-4'
    }

    It 'takes a name as it is with <_>' -ForEach 'LiteralPath', 'PSPath', 'LP', 'FullName' {
        $name = @{ $_ = "$post/b[1].json" }
        (Import-DeviceEnrollment @name -Destination (New-Place) @phrase).Name | Should -Be 'SN-b1-4'
    }

    It 'takes what Get-ChildItem hands on, whatever the name' {
        $names = (Get-ChildItem $post | Import-DeviceEnrollment -Destination { New-Place } @phrase).Name
        $names | Sort-Object | Should -Be ('SN-b1-2', 'SN-b1-4', 'SN-c1-2', 'SN-c2-2', 'SN-plain-5', 'SN-star-5' | Sort-Object)
    }

    It 'takes names and rows with a path from the pipeline, whatever the name' {
        ("$post/b[1].json" | Import-DeviceEnrollment -Destination (New-Place) @phrase).Name | Should -Be 'SN-b1-4'
        ([pscustomobject]@{ Path = "$post/b[1].json"; Destination = New-Place } | Import-DeviceEnrollment @phrase).Name | Should -Be 'SN-b1-4'
        ("$post/plai?.json" | Import-DeviceEnrollment -Destination (New-Place) @phrase).Name | Should -Be 'SN-plain-5'
    }

    It 'takes what Export-DeviceEnrollment hands on' {
        ([pscustomobject]@{ SerialNumber = 'SN-own' } | New-HsmDeviceKey -BaseConfig $line -Path (New-Place) |
            Export-DeviceEnrollment "$post/own[x].json" -WithoutKey @phrase | Import-DeviceEnrollment -Destination (New-Place) @phrase).Name | Should -Be 'SN-own'
    }

    It 'says once that nothing matches' {
        foreach ($name in "$post/nothing*.json", "$TestDrive/no/such/folder/*.json", "$post/[z]", "$post/nothing.json") {
            Get-ErrorId { Import-DeviceEnrollment $name (New-Place) @phrase } | Should -Be 'FileUnreadable,AutoRegister.Cmdlets.ImportDeviceEnrollmentCommand'
        }

        Get-ErrorId { Import-DeviceEnrollment -LiteralPath "$post/c?.json" (New-Place) @phrase } | Should -Match '^FileUnreadable,'
    }

    It 'does not put several devices into one directory' {
        $place = New-Place
        Get-ErrorId { Import-DeviceEnrollment "$post/c?.json" $place @phrase } | Should -Be 'SettingInvalid,AutoRegister.Cmdlets.ImportDeviceEnrollmentCommand'
        $place | Should -Not -Exist
    }
}

Describe 'A path' {
    It 'is relative to the shell''s location, not the process''s' {
        Push-Location $post
        try {
            (Import-DeviceEnrollment ./plain.json ../place/relative @phrase).Name | Should -Be 'SN-plain-5'
            (Import-DeviceEnrollment c1* ../place/relative2 @phrase).Name | Should -Be 'SN-c1-2'
            "$TestDrive/place/relative" | Should -Exist
        }
        finally {
            Pop-Location
        }
    }

    It 'may be on a drive' {
        $null = New-PSDrive -Name Post -PSProvider FileSystem -Root $post
        try {
            (Import-DeviceEnrollment Post:/plain.json (New-Place) @phrase).Name | Should -Be 'SN-plain-5'
            (Import-DeviceEnrollment Post:/pl* (New-Place) @phrase).Name | Should -Be 'SN-plain-5'
            (Get-Item Post:/b``[1``].json | Import-DeviceEnrollment -Destination (New-Place) @phrase).Name | Should -Be 'SN-b1-4'
        }
        finally {
            Remove-PSDrive Post
        }
    }

    It 'of another provider is one clear error' {
        { Get-SotaConfig -Root Env:/ } | Should -Throw -ErrorId 'SettingInvalid,AutoRegister.Cmdlets.GetSotaConfigCommand'
        { Import-DeviceEnrollment Variable:/phrase (New-Place) @phrase } | Should -Throw -ErrorId 'SettingInvalid,AutoRegister.Cmdlets.ImportDeviceEnrollmentCommand'
    }

    It 'of a single file is that file, whatever characters its name has' {
        Set-Content -LiteralPath "$TestDrive/token[1].*" 'token-of-a-bracket'
        $config = Get-SotaConfig @told -ApiTokenPath "$TestDrive/token[1].*"
        $config.ApiTokenFile | Should -Be "$TestDrive/token[1].*"
        $config.Dispose()
        Get-ErrorId { Get-SotaConfig @told -ApiTokenPath "$TestDrive/tok*" } | Should -Be 'TokenFileMissing,AutoRegister.Cmdlets.GetSotaConfigCommand'
    }
}
