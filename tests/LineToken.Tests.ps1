# A line of devices whose keys are in one token, each with an id of its own.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $null = New-Item -ItemType Directory "$TestDrive/tokens" -Force
    Set-Content "$TestDrive/softhsm2.conf" "directories.tokendir = $TestDrive/tokens"
    $token = @{ SoftHsmConf = "$TestDrive/softhsm2.conf" }

    function Invoke-Line([string] $Rows, [string] $Force = '', [string] $Before = '') {
        $script = "Set-StrictMode -Version Latest; Import-Module '$(Get-RigPath Module)'`n" +
        'function Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText }' + "`n" +
        "`$line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$($factory.api)' -ApiTokenPath '$($factory.tokenFile)' -IgnoreDeviceFiles " +
        "-HsmModule '$(Get-RigPath SoftHsm)' -HsmPin (Secret '$(Get-RigPath Pin)') -HsmSoPin (Secret '$(Get-RigPath SoPin)') -TokenLabel line`n" +
        "$Before`n& { $Rows | New-HsmDeviceKey -BaseConfig `$line -Path { `"$TestDrive/out/`$(`$_.SerialNumber)`" } -ThrottleLimit 4 $Force | Register-FoundriesDevice -ThrottleLimit 4 | " +
        'Export-SotaCredentials -ThrottleLimit 4 -VerifyGateway } 2>&1 | ForEach-Object { if ($_ -is [System.Management.Automation.ErrorRecord]) { "error $($_.FullyQualifiedErrorId.Split(",")[0])" } else { "$($_.Name) $($_.GatewayVerified)" } }'
        $run = Invoke-RigScript "$TestDrive/run.ps1" -Text $script -Environment @{ SSL_CERT_FILE = $factory.caFile; SOFTHSM2_CONF = "$TestDrive/softhsm2.conf" }
        @{ Text = ($run.Lines | Sort-Object) -join ', '; Run = $run }
    }

    function Get-Id([string] $Type) {
        Get-RigTokenObject $token -Label line | Where-Object Class -EQ $Type | ForEach-Object ID | Sort-Object | Join-String -Separator ' '
    }

    $rows = '1..3 | ForEach-Object { [pscustomobject]@{ SerialNumber = "K$_"; KeyId = "0a0$_" } }'
    $first = Invoke-Line $rows
    $again = Invoke-Line $rows
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'Devices that share a token' {
    It 'are registered, and the gateway accepts each with its own key' {
        $first.Text | Should -Be 'K1 True, K2 True, K3 True'
        @(Get-RigLedger $factory).Count | Should -Be 3
        foreach ($type in 'Private Key', 'Public Key', 'Certificate') {
            Get-Id $type | Should -Be '0a01 0a02 0a03'
        }
    }

    It 'say in sota.toml where their key and certificate are' {
        Get-Content "$TestDrive/out/K2/sota.toml" -Raw | Should -Match 'tls_pkey_id = "0a02"\ntls_clientcert_id = "0a02"'
    }

    It 'are told once that the OTA client cannot use such ids' {
        @([regex]::Matches($first.Run.Output + $first.Run.Error, 'do not agree on')).Count | Should -Be 1
    }

    It 'stay as they are when the line runs again' {
        $again.Text | Should -Be 'K1 True, K2 True, K3 True'
        Get-Id 'Private Key' | Should -Be '0a01 0a02 0a03'
        @(Get-RigLedger $factory).Count | Should -Be 3
    }

    It 'have their module loaded for all of them when the line runs again, and not for each' {
        $many = '1..12 | ForEach-Object { [pscustomobject]@{ SerialNumber = "M$_"; KeyId = "0b{0:d2}" -f $_ } }'
        (Invoke-Line $many).Text | Should -Be ((1..12 | ForEach-Object { "M$_ True" } | Sort-Object) -join ', ')
        $run = (Invoke-Line $many -Before '$VerbosePreference = $DebugPreference = "Continue"').Run
        [regex]::Matches($run.Output, 'M\d+ True').Count | Should -Be 12
        # The first of the four that work at once, each for itself.
        [regex]::Matches($run.Output, 'Loading the PKCS#11 module').Count | Should -BeIn (1..4)
    }

    It 'are not given the id of another' {
        (Invoke-Line '[pscustomobject]@{ SerialNumber = "K4"; KeyId = "0A02" }').Text | Should -Be 'error HsmObjectConflict'
        (Invoke-Line $rows).Text | Should -Be 'K1 True, K2 True, K3 True'
    }
}
