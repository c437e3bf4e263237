# -WhatIf touches nothing: file system, token and network are watched.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    function Get-Picture([string] $Path) {
        Get-ChildItem $Path -Force -Recurse | Sort-Object FullName |
            ForEach-Object { "$_ $($_.UnixMode) $(if (-not $_.PSIsContainer) { (Get-FileHash $_).Hash })" } | Join-String -Separator "`n"
    }

    # Runs a command while somebody listens where the server should be; nobody may call.
    function Invoke-Watched([hashtable] $Device, [string] $Command) {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $before = Get-Picture $Device.Root
            $run = Invoke-RigCommand $Command -Device $Device -Factory $factory -Environment @{ DEVICE_API = "https://127.0.0.1:$($listener.LocalEndpoint.Port)/" }
            $run.Error | Should -BeNullOrEmpty
            $run.Output | Should -Match 'What if:'
            Get-Picture $Device.Root | Should -Be $before
            $listener.Pending() | Should -BeFalse
        }
        finally {
            $listener.Stop()
        }
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe '-WhatIf, with everything before it done' {
    It 'makes no key: <_>' -ForEach '', '-Force' {
        $device = New-RigDevice -Path "$TestDrive/key$_" -Token $factory.Token
        Invoke-Watched $device "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey $_ -WhatIf"
    }

    It 'sends nothing' {
        $device = New-RigDevice -Path "$TestDrive/send" -Token $factory.Token -Hsm ''
        $null = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey" -Device $device -Factory $factory
        Invoke-Watched $device "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice -WhatIf"
    }

    It 'puts nothing in place' {
        $device = New-RigDevice -Path "$TestDrive/export" -Token $factory.Token -Hsm ''
        $null = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice" -Device $device -Factory $factory
        Invoke-Watched $device "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway -WhatIf"
    }

    It 'writes no file of a device, and takes none up' {
        $device = New-RigDevice -Path "$TestDrive/transfer" -Token $factory.Token -Hsm ''
        $null = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Export-DeviceEnrollment '$($device.Root)/device.json' -WithoutKey" -Device $device -Factory $factory
        Invoke-Watched $device "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Export-DeviceEnrollment '$($device.Root)/again.json' -WithoutKey -WhatIf"
        Invoke-Watched $device "Import-DeviceEnrollment '$($device.Root)/device.json' '$($device.Root)/taken' -WhatIf"
    }
}
