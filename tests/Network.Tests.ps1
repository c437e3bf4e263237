# Proxies and private CAs, as the environment and the parameters say. The factory has a name that only the proxy knows.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory "$TestDrive/factory" -Argument '--host', 'factory.test'
    $proxy = Start-RigProcess "$PSScriptRoot/../out/test/connect-proxy/connect-proxy"
    $proxyUrl = "http://127.0.0.1:$($proxy.StandardOutput.ReadLine())"
    # What this machine says about proxies must not be heard; the rig removes HTTPS_PROXY itself.
    $before = [System.Collections.Generic.List[object]]::new()
    foreach ($variable in 'ALL_PROXY', 'NO_PROXY') {
        foreach ($name in $variable, $variable.ToLowerInvariant()) {
            $before.Add(@($name, [Environment]::GetEnvironmentVariable($name)))
            [Environment]::SetEnvironmentVariable($name, [NullString]::Value)
        }
    }

    function Invoke-Registration([string] $Name, [string] $Parameter = '', [hashtable] $Environment = @{}) {
        $device = New-RigDevice "$TestDrive/$Name" -Token $factory.Token -Hsm ''
        Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice $Parameter | ForEach-Object { `"`$(`$_.State)`" }" `
            -Device $device -Factory $factory -Environment $Environment
    }
}

AfterAll {
    Stop-RigFactory $factory
    $proxy.StandardInput.Close()
    $proxy.WaitForExit()
    $proxy.Dispose()
    foreach ($pair in $before) {
        [Environment]::SetEnvironmentVariable($pair[0], $(if ($null -ne $pair[1]) { $pair[1] } else { [NullString]::Value }))
    }
}

Describe 'A proxy' {
    It 'is used when HTTPS_PROXY names it, and sees no more than the name' {
        $run = Invoke-Registration 'proxy' -Environment @{ HTTPS_PROXY = $proxyUrl }
        $run.Output.Trim() | Should -Be 'AnswerReceived' -Because $run.Error
        $proxy.StandardOutput.ReadLine() | Should -Match '^CONNECT factory\.test:\d+$'
    }

    It 'is not used for what NO_PROXY names' {
        $run = Invoke-Registration 'direct' -Environment @{ HTTPS_PROXY = $proxyUrl; NO_PROXY = 'factory.test' }
        $run.Error | Should -Match "'factory\.test' cannot be resolved"
    }

    It 'is needed here: the name is unknown without it' {
        (Invoke-Registration 'none').Error | Should -Match "'factory\.test' cannot be resolved"
    }
}

Describe 'A private CA' {
    It 'is not trusted by itself' {
        $run = Invoke-Registration 'untrusted' -Environment @{ HTTPS_PROXY = $proxyUrl; SSL_CERT_FILE = $null }
        $run.Error | Should -Match 'TLS to .* failed'
        $run.Output | Should -BeNullOrEmpty
    }

    It 'is trusted when -CaCertificatePath names it' {
        $run = Invoke-Registration -Name 'parameter' -Parameter "-CaCertificatePath '$($factory.caFile)'" -Environment @{ HTTPS_PROXY = $proxyUrl; SSL_CERT_FILE = $null }
        $run.Output.Trim() | Should -Be 'AnswerReceived' -Because $run.Error
    }

    It 'is trusted when SSL_CERT_FILE names it' {
        $run = Invoke-Registration 'variable' -Environment @{ HTTPS_PROXY = $proxyUrl; SSL_CERT_FILE = $factory.caFile }
        $run.Output.Trim() | Should -Be 'AnswerReceived' -Because $run.Error
    }
}
