# The certificate request is the one the factory's servers know, whatever the key is and wherever it lives.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"

    function Get-RequestText([hashtable] $Device, [hashtable] $Environment = @{}) {
        $run = Invoke-RigCommand "(Get-SotaConfig -Root '$($Device.Root)' | New-HsmDeviceKey).CertificateRequest" -Device $Device -Environment $Environment
        if ($run.ExitCode -ne 0) {
            throw $run.Error
        }

        $run.Output
    }
}

Describe 'The CSR of a device with <Kind>' -ForEach @(
    @{ Kind = 'a token'; Token = $true }
    @{ Kind = 'a key file'; Token = $false }
) {
    BeforeAll {
        $hsm = if ($Token) { @{} } else { @{ Hsm = '' } }
        $device = New-RigDevice -Path "$TestDrive/$($Kind -replace ' ')" @hsm
        $csr = Get-RequestText $device
        $text = (Invoke-RigProcess openssl @('req', '-noout', '-text') -InputText $csr).Output
        $production, $again = 1..2 | ForEach-Object { Get-RequestText $device -Environment @{ PRODUCTION = '1' } }
    }

    It 'is accepted by openssl req -verify' {
        $verified = Invoke-RigProcess openssl @('req', '-noout', '-verify') -InputText $csr
        $verified.ExitCode | Should -Be 0
        "$($verified.Output)$($verified.Error)" | Should -Match 'self-signature verify OK'
    }

    It 'has CN and OU in that order, both UTF8String, and nothing more' {
        $text | Should -Match 'Subject: CN = [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}, OU = acme\n'
    }

    It 'has a P-256 key and is signed with ecdsa-with-SHA256' {
        $text | Should -Match 'ASN1 OID: prime256v1'
        $text | Should -Match 'Signature Algorithm: ecdsa-with-SHA256'
    }

    It 'requests digitalSignature and clientAuth, both critical' {
        $text | Should -Match 'X509v3 Key Usage: critical\n\s+Digital Signature\n'
        $text | Should -Match 'X509v3 Extended Key Usage: critical\n\s+TLS Web Client Authentication\n'
        [regex]::Matches($text, 'X509v3').Count | Should -Be 2
    }

    It 'says businessCategory=production for a production device, after CN and OU' {
        (Invoke-RigProcess openssl @('req', '-noout', '-subject') -InputText $production).Output |
            Should -Match '^subject=\s?CN = [0-9a-f-]{36}, OU = acme, businessCategory = production\n$'
    }

    It 'is the same, byte for byte, when it is asked for again' {
        $again | Should -BeExactly $production
    }
}
