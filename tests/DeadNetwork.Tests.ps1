# Networks that come up late: the same run registers when they do, without a person. Each fault of a server is tried in
# AutoRegister.Core.Tests/NothingLost as well, and for longer by 'build.sh soak network'.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    $noNames = Get-RigHiddenNameProblem
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory" -Argument '--host', 'factory.test'
    $patience = '00:01:30'
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'refused, DNS, 5xx, timeout, TLS' {
    It 'a server that is up only later is waited for' {
        $late = Get-RigFreePort
        $device = New-RigDevice -Path "$TestDrive/late" -Token 'known-beforehand' -Hsm ''
        Set-Content "$TestDrive/late.token" 'known-beforehand'
        chmod 600 "$TestDrive/late.token"
        # The CA is made at the first start, and the device must know it before.
        $first = Start-RigFactory -Path "$TestDrive/late-factory" -Argument '--api-port', "$late", '--token-file', "$TestDrive/late.token"
        Stop-RigFactory $first
        $started = @{}
        $start = {
            $started.Factory = Start-RigFactory -Path "$TestDrive/late-factory" -Argument '--api-port', "$late", '--token-file', "$TestDrive/late.token"
        }
        try {
            $run = Invoke-RigAfterFailure -Command (Get-RigPath Shell) -Argument (Get-RigWrapperArgument -Device $device -RetryFor $patience) `
                -Environment (Get-RigEnvironment $device -Environment @{ DEVICE_API = $first.api; SSL_CERT_FILE = $first.caFile }) -Action $start
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Match 'Attempt 1 failed: .*cannot be reached.* Next attempt in \d+ s'
            @(Get-RigLedger $started.Factory).Count | Should -Be 1
        }
        finally {
            Stop-RigFactory $started.Factory
        }
    }

    It 'DNS that fails at first is asked again' -Skip:([bool] $noNames) {
        $device = New-RigDevice -Path "$TestDrive/dns" -Token $factory.Token -Hsm ''
        Set-Content "$TestDrive/hosts" '' -NoNewline
        $command = Get-RigHiddenNameCommand -Hosts "$TestDrive/hosts" -Device $device -RetryFor $patience
        $run = Invoke-RigAfterFailure -Command unshare -Argument $command -Environment (Get-RigEnvironment $device -Factory $factory) `
            -Action { Set-Content "$TestDrive/hosts" "127.0.0.1 factory.test" }
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Error | Should -Match "Attempt 1 failed: The name 'factory.test' cannot be resolved"
    }

    It 'a clock that is not set is said and waited for' {
        $local = Start-RigFactory -Path "$TestDrive/clock-factory"
        try {
            $device = New-RigDevice -Path "$TestDrive/clock" -Token $local.Token -Hsm ''
            Set-Content "$TestDrive/clock.time" '@2000-01-01 00:00:00'
            $run = Invoke-RigAfterFailure -Command (Get-RigPath Shell) -Argument (Get-RigWrapperArgument -Device $device -RetryFor $patience) `
                -Environment (Get-RigEnvironment $device -Factory $local -Environment (Get-RigClock "$TestDrive/clock.time")) `
                -Action { Set-Content "$TestDrive/clock.time" "+0" }
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Match 'Attempt 1 failed: .*the clock is not set'
        }
        finally {
            Stop-RigFactory $local
        }
    }
}

Describe 'A server that fails once' {
    It 'with <Fault> is asked again by the same run, which registers' -ForEach @(
        @{ Fault = 'retry-after-seconds' }, @{ Fault = 'retry-after-date' }, @{ Fault = 'reset-in-body' }, @{ Fault = 'truncated-json' }
    ) {
        $local = Start-RigFactory -Path "$TestDrive/$Fault-factory"
        $server = Start-RigFaultServer -Factory $local -Path "$TestDrive/$Fault" -Fault $Fault
        try {
            $device = New-RigDevice -Path "$TestDrive/$Fault-device" -Token $local.Token -Hsm ''
            $run = Invoke-RigWrapper $device $server -RetryFor $patience
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Match 'Attempt 1 failed'
            @(Get-RigLedger $local).Count | Should -Be 1
        }
        finally {
            Stop-RigFaultServer $server
            Stop-RigFactory $local
        }
    }
}
