# The detached flow of the documentation: a device registers over /sign of the factory server, which knows no token, under the trust that
# its configuration states, and not otherwise.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/ServerRig.psm1"

    # The wrapper wants a token file, as upstream's does; the token in it was issued by nobody.
    function Register([string] $Root, [hashtable] $Server, [string] $Serial) {
        $device = New-RigDevice -Path $Root -Hsm ''
        Set-Content "$Root/etc/hostname" $Serial
        $run = Invoke-RigWrapper $device -Environment @{ DEVICE_API = $Server.Sign; SSL_CERT_FILE = $Server.CaFile; USE_HOSTNAME = '1' }
        $run.Sota = $device.Sota
        $run
    }

    $pki = New-RigPki "$TestDrive/pki"
    $server = Start-RigServer -Path "$TestDrive/server" -Pki $pki -SignAddress '127.0.0.1' -Expected 'gateway-7', 'gateway-8'
}

AfterAll {
    Stop-RigFactory $server
}

Describe 'A device without a token that is worth anything' {
    It 'registers over /sign from an address that may, when it is on the allow-list' {
        $run = Register -Root "$TestDrive/listed" -Server $server -Serial 'gateway-7'
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $row = Get-RigServerDevice $server
        $row.name | Should -Be 'gateway-7'
        (Get-PfxCertificate "$($run.Sota)/client.pem").GetNameInfo('SimpleName', $false) | Should -Be $row.uuid
        "$($run.Sota)/sota.toml" | Should -FileContentMatch 'ota-lite.example.org'
    }

    It 'is refused when it is not on the allow-list' {
        $run = Register -Root "$TestDrive/unlisted" -Server $server -Serial 'gateway-9'
        $run.ExitCode | Should -Be 77
        $run.Error | Should -Match 'is not on the allow-list'
        (Get-RigServerDevice $server).name | Should -Not -Contain 'gateway-9'
    }

    It 'is refused from an address that may not' {
        $elsewhere = Start-RigServer -Path "$TestDrive/elsewhere" -Pki $pki -SignAddress '10.0.0.0/8' -Expected 'gateway-7'
        try {
            $run = Register -Root "$TestDrive/elsewhere-device" -Server $elsewhere -Serial 'gateway-7'
            $run.ExitCode | Should -Be 77
            $run.Error | Should -Match 'may not register from this address'
            Get-RigServerDevice $elsewhere | Should -BeNullOrEmpty
        }
        finally {
            Stop-RigFactory $elsewhere
        }
    }

    It 'finds no /sign where no address is named' {
        $closed = Start-RigServer -Path "$TestDrive/closed" -Pki $pki -Expected 'gateway-7'
        try {
            $run = Register -Root "$TestDrive/closed-device" -Server $closed -Serial 'gateway-7'
            $run.ExitCode | Should -Not -Be 0
            $run.Error | Should -Match '404'
            Get-RigServerDevice $closed | Should -BeNullOrEmpty
        }
        finally {
            Stop-RigFactory $closed
        }
    }
}
