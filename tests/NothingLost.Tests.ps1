# Power cuts, kills, full disks and two runs at once: what strands upstream for ever is over with the next run of the wrapper.
# Where a row is about networks and answers, its tests are those of the same name in AutoRegister.Core.Tests/NothingLost.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    $folder = [System.IO.Directory]::CreateTempSubdirectory('nothing-lost-').FullName
    $noDisk = Test-PowerCut $folder
    [System.IO.Directory]::Delete($folder, $true)
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    $crashRig = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($PSScriptRoot), 'out', 'test', 'crash-rig', 'crash-rig')
    $out = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($PSScriptRoot), 'out')
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    # A sweep takes longer than the rig waits for a program otherwise.
    $patience = { [System.Threading.Thread]::Sleep(200) }
    $nowhere = @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }

    function Get-DeviceCount {
        @(Get-RigLedger $factory).Count
    }

    # Names in the SOTA directory, in order.
    function Get-SotaName($Device) {
        $names = @([System.IO.Directory]::GetFileSystemEntries($Device.Sota) | ForEach-Object { [System.IO.Path]::GetFileName($_) })
        [System.Array]::Sort($names, [StringComparer]::Ordinal)
        "$names"
    }

    $whole = 'client.chained client.pem pkey.pem root.crt sota.toml'
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'power cut within about 30 s after "Device is now registered"' {
    It 'leaves the identity whole, <_> s after success' -Skip:([bool] $noDisk) -ForEach @(0, 1) {
        Get-PowerCutProblem -Factory $factory -Path "$TestDrive/cut-$_" -Seconds $_ | Should -BeNullOrEmpty
    }
}

Describe 'power cut while files are written' {
    It 'at every rename, link, unlink, mkdir and fsync, with a software key' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-file", '--classes', 'durable') -While $patience
        $sweep.Output | Should -Match '\d+ points, 0 failures'
        $sweep.ExitCode | Should -Be 0
    }

    It 'at every third of them, with HSM' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-token", '--classes', 'durable', '--every', '3', '--module', (Get-RigPath SoftHsm)) -While $patience
        $sweep.Output | Should -Match '\d+ points, 0 failures'
        $sweep.ExitCode | Should -Be 0
    }
}

Describe 'killed between C_InitToken and C_InitPIN' {
    It 'the next run sets the user PIN' {
        $device = New-RigDevice -Path "$TestDrive/no-user-pin" -Token $factory.Token
        $made = Invoke-RigProcess pkcs11-tool @('--module', (Get-RigPath SoftHsm), '--init-token', '--slot-index', '0', '--label', 'aktualizr', '--so-pin', (Get-RigPath SoPin)) `
            -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        $made.ExitCode | Should -Be 0
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        @(Get-RigTokenObject $device).Count | Should -Be 3
    }
}

Describe 'PIN too short for the token' {
    It 'ends with 78 before the token is touched, and the corrected file registers' {
        $device = New-RigDevice -Path "$TestDrive/short-pin" -Token $factory.Token -Hsm "HSM_MODULE=$(Get-RigPath SoftHsm)`nHSM_PIN=12`nHSM_SOPIN=$(Get-RigPath SoPin)`n"
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match '\[HsmPinLength\]'
        @([System.IO.Directory]::GetDirectories("$($device.Root)/var/lib/softhsm/tokens")).Count | Should -Be 0
        [System.IO.File]::WriteAllText("$($device.Root)/etc/sota/hsm", "HSM_MODULE=$(Get-RigPath SoftHsm)`nHSM_PIN=$(Get-RigPath Pin)`nHSM_SOPIN=$(Get-RigPath SoPin)`n")
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
    }
}

Describe 'two at once' {
    It 'even ten make one device, with <Kind>' -ForEach @(@{ Kind = 'a software key' }, @{ Kind = 'a token' }) {
        $hsm = if ($Kind -eq 'a token') { @{} } else { @{ Hsm = '' } }
        $device = New-RigDevice -Path "$TestDrive/ten-$($hsm.Count)" -Token $factory.Token @hsm
        $before = Get-DeviceCount
        $runs = @(foreach ($number in 1..10) {
                Start-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $device.Root) `
                    -Environment (Get-RigEnvironment $device $factory)
            })
        $said = @($runs | ForEach-Object { $_.StandardError.ReadToEndAsync() })
        $null = @($runs | ForEach-Object { $_.StandardOutput.ReadToEndAsync() })
        $codes = @($runs | ForEach-Object { $_.WaitForExit(); $_.ExitCode })
        "$codes $($said.Result)".Trim() | Should -Match '^(0|75)( (0|75)){9}'
        $codes | Should -Contain 0
        (Invoke-RigWrapper $device $factory).Output | Should -Match 'Already registered'
        Get-DeviceCount | Should -Be ($before + 1)
        if ($Kind -eq 'a token') {
            @(Get-RigTokenObject $device).Count | Should -Be 3
        }
        else {
            Get-SotaName $device | Should -Be $whole
        }
    }
}

Describe '<Signal> at any moment' -ForEach @(@{ Signal = 'SIGTERM'; Number = 15 }, @{ Signal = 'SIGINT'; Number = 2 }, @{ Signal = 'SIGHUP'; Number = 1 }) {
    It 'leaves a state that the next run continues from' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-$Number", '--signal', "$Number", '--every', '12', '--from', "$(2 + $Number % 5)") -While $patience
        $sweep.Output | Should -Match '\d+ points, 0 failures'
    }
}

Describe 'A damaged journal' {
    It 'that is <Damage> is set aside, and the registration begins anew, with <Kind>' -ForEach @(
        @{ Damage = 'truncated'; Kind = 'a software key'; Hsm = $false }
        @{ Damage = 'garbage'; Kind = 'a software key'; Hsm = $false }
        @{ Damage = 'empty'; Kind = 'a software key'; Hsm = $false }
        @{ Damage = 'of another version'; Kind = 'a software key'; Hsm = $false }
        @{ Damage = 'truncated'; Kind = 'a token'; Hsm = $true }
    ) {
        $path = "$TestDrive/journal-$($Damage.Replace(' ', '-'))-$Hsm"
        $device = if ($Hsm) { New-RigDevice -Path $path -Token $factory.Token } else { New-RigDevice -Path $path -Token $factory.Token -Hsm '' }
        (Invoke-RigWrapper $device -Environment $nowhere).ExitCode | Should -Be 75
        $journal = "$($device.Sota)/.registration/journal.json"
        $text = [System.IO.File]::ReadAllText($journal)
        [System.IO.File]::WriteAllText($journal, $(switch ($Damage) {
                    'truncated' { $text.Substring(0, $text.Length / 2) }
                    'garbage' { "`0`0`0`0" }
                    'empty' { '' }
                    default { $text -replace '"Version":\s*1', '"Version":99' }
                }))
        $before = Get-DeviceCount
        $run = Invoke-RigWrapper $device $factory
        $run.Error | Should -Match 'was set aside'
        $run.ExitCode | Should -Be 0
        Get-DeviceCount | Should -Be ($before + 1)
        [System.IO.Directory]::Exists("$($device.Sota)/.registration") | Should -BeFalse
        if ($Hsm) {
            @(Get-RigTokenObject $device).Count | Should -Be 3
        }
    }
}

Describe 'The disk' {
    It 'that is full in the middle loses nothing: the next run registers' -Skip:([bool] $noDisk) -ForEach @(0, 4, 8, 12, 20) {
        $disk = New-PowerCutDisk "$TestDrive/full-$_"
        try {
            $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $factory.Token -Hsm ''
            $null = Invoke-RigWrapper $device -Environment $nowhere
            $before = Get-DeviceCount
            # Fills the disk but for some KiB.
            $null = Invoke-RigProcess dd @('if=/dev/zero', "of=$($disk.Mounted)/filler", 'bs=4k')
            if ($_ -gt 0) {
                $filler = [System.IO.File]::Open("$($disk.Mounted)/filler", 'Open')
                $filler.SetLength($filler.Length - $_ * 1KB)
                $filler.Dispose()
            }

            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -BeIn 0, 75
            [System.IO.File]::Delete("$($disk.Mounted)/filler")
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
            Get-SotaName $device | Should -Be $whole
            Get-DeviceCount | Should -Be ($before + 1)
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'that is read-only is said, and the next run registers' -Skip:([bool] $noDisk) {
        $disk = New-PowerCutDisk "$TestDrive/read-only"
        try {
            $device = New-RigDevice -Path "$($disk.Mounted)/device" -Token $factory.Token -Hsm ''
            $null = Invoke-RigProcess mount @('-o', 'remount,ro', $disk.Mounted)
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -Be 75
            $run.Error | Should -Match '\[WriteFailed\]'
            $null = Invoke-RigProcess mount @('-o', 'remount,rw', $disk.Mounted)
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'may be another one for the SOTA directory, behind a link' -Skip:([bool] $noDisk) {
        $device = New-RigDevice -Path "$TestDrive/other-device" -Token $factory.Token -Hsm ''
        $disk = New-PowerCutDisk "$($device.Root)/disk"
        try {
            # Links are followed as the device sees them: below its root.
            $null = [System.IO.Directory]::CreateDirectory("$($disk.Mounted)/sota")
            $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($device.Sota))
            $null = [System.IO.File]::CreateSymbolicLink($device.Sota, '/disk/mounted/sota')
            (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
            Get-SotaName @{ Sota = "$($disk.Mounted)/sota" } | Should -Be $whole
            [System.IO.File]::GetUnixFileMode("$($disk.Mounted)/sota") | Should -Be 'UserExecute, UserWrite, UserRead'
        }
        finally {
            Remove-PowerCutDisk $disk
        }
    }

    It 'with a SOTA directory that its group may write: the mode is corrected, for the OTA client refuses it' {
        $device = New-RigDevice -Path "$TestDrive/group-writable" -Token $factory.Token -Hsm ''
        $null = [System.IO.Directory]::CreateDirectory($device.Sota)
        [System.IO.File]::SetUnixFileMode($device.Sota, 'UserRead, UserWrite, UserExecute, GroupRead, GroupWrite, GroupExecute')
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        [System.IO.File]::GetUnixFileMode($device.Sota) | Should -Be 'UserExecute, UserWrite, UserRead'
    }

    It 'with a file in place of the SOTA directory is said' {
        $device = New-RigDevice -Path "$TestDrive/file-in-place" -Token $factory.Token -Hsm ''
        $null = [System.IO.Directory]::CreateDirectory("$($device.Root)/var")
        [System.IO.File]::WriteAllText($device.Sota, 'x')
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -BeIn 70, 75, 78
        $run.Error | Should -Match '\[(SotaDirectoryUnusable|WriteFailed)\]'
    }
}
