# Networks of which a part is broken, and words from them: the real wrapper, with a proxy that first refuses, IPv6 that leads nowhere,
# and servers that write what a terminal or the journal would act on.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    # A network name space can be made by root alone, where the kernel has them.
    $noNetwork = (Invoke-RigProcess unshare @('--net', '--mount', 'ip', 'link', 'add', 'ar-a', 'type', 'veth', 'peer', 'name', 'ar-b')).ExitCode -ne 0
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    # What this machine says about proxies and trust must not be heard.
    $kept = [System.Collections.Generic.List[object]]::new()
    foreach ($name in 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY', 'SSL_CERT_DIR') {
        if (Test-Path "Env:$name") {
            $kept.Add(@($name, (Get-Content "Env:$name")))
            Remove-Item "Env:$name"
        }
    }
}

AfterAll {
    foreach ($pair in $kept) {
        Set-Content "Env:$($pair[0])" $pair[1]
    }
}

Describe 'A proxy that first refuses' {
    It 'is asked again until it lets the device through, and its password is in no line' {
        $factory = Start-RigFactory -Path "$TestDrive/proxied" -Argument '--host', 'factory.test'
        $proxy = Start-RigProcess "$PSScriptRoot/../out/test/connect-proxy/connect-proxy" '4'
        try {
            $url = "http://user:sesame-4711@127.0.0.1:$($proxy.StandardOutput.ReadLine())"
            $device = New-RigDevice -Path "$TestDrive/proxied-device" -Token $factory.Token -Hsm ''
            $run = Invoke-RigWrapper $device $factory -RetryFor '00:02:00' -Environment @{ https_proxy = $url; JOURNAL_STREAM = '1:1' }
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Match 'Attempt 1 failed: .*127\.0\.0\.1.*407'
            "$($run.Output)$($run.Error)" | Should -Not -Match 'sesame'
        }
        finally {
            $proxy.StandardInput.Close()
            $proxy.WaitForExit()
            $proxy.Dispose()
            Stop-RigFactory $factory
        }
    }

    It 'in a variable that is none is an error that does not show it (78)' {
        $device = New-RigDevice -Path "$TestDrive/none-device" -Token 'x' -Hsm ''
        $run = Invoke-RigWrapper $device -Environment @{ https_proxy = 'http://user:sesame-4711@@'; DEVICE_API = 'https://factory.test/' }
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match 'https_proxy .*\[ProxyInvalid\]'
        "$($run.Output)$($run.Error)" | Should -Not -Match 'sesame'
    }
}

Describe 'IPv6 that leads nowhere' {
    It 'does not hide IPv4 that works: the device registers at the first attempt' -Skip:$noNetwork {
        # Whatever is sent to 2001:db8::7 goes to an address of the wire that nobody has.
        $name = "ar-dark-$PID"
        $null = Invoke-RigChecked ip @('netns', 'add', $name)
        $factory = $null
        try {
            foreach ($line in 'link set lo up', 'link add ar-a type veth peer name ar-b', 'link set ar-a up', 'link set ar-b up', 'address add 2001:db8::1/64 dev ar-a nodad',
                'neighbor add 2001:db8::7 lladdr 02:00:00:00:00:07 dev ar-a nud permanent') {
                $null = Invoke-RigChecked ip (@('-n', $name) + $line.Split(' '))
            }

            $factory = Start-RigFactory -Path "$TestDrive/dark" -Argument '--host', 'factory.test' -Through ip, netns, exec, $name
            $device = New-RigDevice -Path "$TestDrive/dark-device" -Token $factory.Token -Hsm ''
            Set-Content "$TestDrive/dark-hosts" "2001:db8::7 factory.test`n127.0.0.1 factory.test"
            $command = @('netns', 'exec', $name, 'unshare') + (Get-RigHiddenNameCommand -Hosts "$TestDrive/dark-hosts" -Device $device -RetryFor '00:00:00')
            $run = Invoke-RigProcess ip $command -Environment (Get-RigEnvironment $device -Factory $factory)
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Not -Match 'Attempt'
        }
        finally {
            if ($factory) {
                Stop-RigFactory $factory
            }

            $null = Invoke-RigChecked ip @('netns', 'delete', $name)
        }
    }
}

Describe 'Words from a server' {
    It 'leave as lines of ours alone, with our priority and nothing that a terminal acts on: <Fault>' -ForEach @(@{ Fault = 'hostile-words' }, @{ Fault = 'hostile-header' }) {
        $factory = Start-RigFactory -Path "$TestDrive/$Fault-factory"
        $server = Start-RigFaultServer -Factory $factory -Path "$TestDrive/$Fault" -Fault $Fault
        try {
            $device = New-RigDevice -Path "$TestDrive/$Fault-device" -Token $factory.Token -Hsm ''
            $run = Invoke-RigWrapper $device $server -Environment @{ JOURNAL_STREAM = '1:1' }
            $run.ExitCode | Should -Not -Be 0
            $said = "$($run.Output)$($run.Error)"
            $said | Should -Match 'evil'
            $said | Should -Not -Match '[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]'
            $said | Should -Not -Match 'sesame'
            foreach ($line in $said.TrimEnd().Split("`n")) {
                $line | Should -Match '^<[3-6]>\w'
            }
        }
        finally {
            Stop-RigFaultServer $server
            Stop-RigFactory $factory
        }
    }
}

Describe 'The unit' {
    It 'does not wait for a time that never comes' {
        $unit = Get-Content "$PSScriptRoot/../module/yocto/meta-autoregister/recipes-support/lmp-device-auto-register/lmp-device-auto-register/lmp-device-auto-register.service" | Where-Object { $_ -notmatch '^#' }
        $unit -match 'time-sync|time-wait' | Should -BeNullOrEmpty
    }
}
