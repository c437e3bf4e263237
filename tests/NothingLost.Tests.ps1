# Power cuts, kills, full disks and two runs at once: what strands upstream for ever is over with the next run of the wrapper.
# The tag: the test command runs them beside the others, because they take long.
# Sweeps take points with steps that share no rhythm with the calls; 'build.sh soak crash' takes them all.
# Where a row is about networks and answers, its tests are those of the same name in AutoRegister.Core.Tests/NothingLost.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    $folder = [System.IO.Directory]::CreateTempSubdirectory('nothing-lost-').FullName
    $noDisk = Test-PowerCut $folder
    Remove-Item $folder -Recurse -Force
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/PowerCut.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    $crashRig = Join-Path $PSScriptRoot '../out/test/crash-rig/crash-rig'
    $out = Join-Path $PSScriptRoot '../out' | Convert-Path
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    # A sweep takes longer than the rig waits for a program otherwise.
    $patience = { Start-Sleep -Milliseconds 200 }
    $nowhere = @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }

    function Get-DeviceCount {
        @(Get-RigLedger $factory).Count
    }

    # Names in the SOTA directory, in order.
    function Get-SotaName($Device) {
        (Get-ChildItem $Device.Sota -Force).Name | Sort-Object | Join-String -Separator ' '
    }

    # The number of the call that renames sota.toml into place, counted in a run of its own.
    function Get-CommitPoint {
        $device = New-RigDevice -Path "$TestDrive/count" -Token $factory.Token -Hsm ''
        $counted = @('run', '--under', $device.Sota, '--points', "$TestDrive/points", '--', (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive')
        $null = Invoke-RigProcess $crashRig ($counted + @('-File', (Get-RigPath Wrapper), '-Root', $device.Root)) -Environment (Get-RigEnvironment $device -Factory $factory)
        $calls = Get-Content "$TestDrive/points"
        1 + [array]::FindIndex($calls, [Predicate[string]] { $args[0] -match ' rename .*/sota\.toml$' })
    }

    $whole = 'client.chained client.pem pkey.pem root.crt sota.toml'
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'power cut within about 30 s after "Device is now registered"' -Tag 'Beside' {
    It 'leaves the identity whole, <Seconds> s after success, with <Kind>' -Skip:([bool] $noDisk) -ForEach @(
        @{ Seconds = 0; Kind = 'a software key' }, @{ Seconds = 1; Kind = 'a software key' }, @{ Seconds = 0; Kind = 'a token' }
    ) {
        Get-PowerCutProblem -Factory $factory -Path "$TestDrive/cut-$Seconds-$($Kind.Length)" -Seconds $Seconds -Token:($Kind -eq 'a token') | Should -BeNullOrEmpty
    }
}

Describe 'power cut while files are written' -Tag 'Beside' {
    It 'at every fifth rename, link, unlink, mkdir and rmdir, with a software key' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-file", '--parallel', '1', '--classes', 'names', '--every', '5') -While $patience
        $sweep.Output | Should -Match '\d+ points, 0 failures'
        $sweep.ExitCode | Should -Be 0
    }

    It 'at every ninth of all of them, with HSM' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-token", '--parallel', '1', '--classes', 'names', '--every', '9', '--module', (Get-RigPath SoftHsm)) -While $patience
        $sweep.Output | Should -Match '\d+ points, 0 failures'
        $sweep.ExitCode | Should -Be 0
    }
}

Describe 'killed between C_InitToken and C_InitPIN' -Tag 'Beside' {
    It 'the next run sets the user PIN' {
        $device = New-RigDevice -Path "$TestDrive/no-user-pin" -Token $factory.Token
        $made = Invoke-RigProcess pkcs11-tool @('--module', (Get-RigPath SoftHsm), '--init-token', '--slot-index', '0', '--label', 'aktualizr', '--so-pin', (Get-RigPath SoPin)) `
            -Environment @{ SOFTHSM2_CONF = $device.SoftHsmConf }
        $made.ExitCode | Should -Be 0
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
        @(Get-RigTokenObject $device).Count | Should -Be 3
    }
}

Describe 'PIN too short for the token' -Tag 'Beside' {
    It 'ends with 78 before the token is touched, and the corrected file registers' {
        $device = New-RigDevice -Path "$TestDrive/short-pin" -Token $factory.Token -Hsm "HSM_MODULE=$(Get-RigPath SoftHsm)`nHSM_PIN=12`nHSM_SOPIN=$(Get-RigPath SoPin)`n"
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match '\[HsmPinLength\]'
        @(Get-ChildItem "$($device.Root)/var/lib/softhsm/tokens" -Directory).Count | Should -Be 0
        Set-Content "$($device.Root)/etc/sota/hsm" "HSM_MODULE=$(Get-RigPath SoftHsm)`nHSM_PIN=$(Get-RigPath Pin)`nHSM_SOPIN=$(Get-RigPath SoPin)"
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
    }
}

Describe 'two at once' -Tag 'Beside' {
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

Describe '<Signal> at one call in many' -Tag 'Beside' -ForEach @(@{ Signal = 'SIGTERM'; Number = 15 }, @{ Signal = 'SIGINT'; Number = 2 }, @{ Signal = 'SIGHUP'; Number = 1 }) {
    It 'leaves a state that the next run continues from' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-$Number", '--parallel', '1', '--signal', "$Number", '--every', '29', '--from', "$(2 + $Number % 5)") -While $patience
        $sweep.Output | Should -Match '[1-9]\d* points, 0 failures'
    }

    It 'leaves one with a token, too' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-token-$Number", '--parallel', '1', '--signal', "$Number", '--every', '283', '--from', "$(20 + $Number % 7)", '--module', (Get-RigPath SoftHsm)) -While $patience
        $sweep.Output | Should -Match '[1-9]\d* points, 0 failures'
    }
}

Describe 'Ctrl-C just after success' -Tag 'Beside' {
    It 'undoes nothing: SIGINT at every seventh call from the commit mark on' {
        $sweep = Invoke-RigProcess $crashRig @('sweep', '--out', $out, '--work', "$TestDrive/sweep-late", '--parallel', '1', '--signal', '2', '--every', '7', '--from', "$(Get-CommitPoint)") -While $patience
        $sweep.Output | Should -Match '[1-9]\d* points, 0 failures'
    }
}

Describe 'A damaged journal' -Tag 'Beside' {
    It 'that is <Damage> is set aside, and the device is registered once, with <Kind>' -ForEach @(
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
        $text = Get-Content $journal -Raw
        Set-Content $journal ($(switch ($Damage) {
                    'truncated' { $text.Substring(0, $text.Length / 2) }
                    'garbage' { "`0`0`0`0" }
                    'empty' { '' }
                    default { $text -replace '"Version":\s*1', '"Version":99' }
                })) -NoNewline
        $before = Get-DeviceCount
        $run = Invoke-RigWrapper $device $factory
        $run.Error | Should -Match 'was set aside'
        $run.ExitCode | Should -Be 0
        Get-DeviceCount | Should -Be ($before + 1)
        Test-Path "$($device.Sota)/.registration" | Should -BeFalse
        if ($Hsm) {
            @(Get-RigTokenObject $device).Count | Should -Be 3
        }
    }
}

Describe 'A damaged file of a later state' -Tag 'Beside' {
    It 'of a request that was sent: the journal is set aside, and a device that may exist already is no dead end' {
        $own = Start-RigFactory -Path "$TestDrive/lost-factory"
        $server = Start-RigFaultServer -Factory $own -Path "$TestDrive/lost-server" -Fault lost
        try {
            $device = New-RigDevice -Path "$TestDrive/lost" -Token $own.Token -Hsm ''
            (Invoke-RigWrapper $device $server).ExitCode | Should -Be 75
            $journal = "$($device.Sota)/.registration/journal.json"
            Get-Content $journal -Raw | Should -Match 'RequestSent'
            Set-Content $journal '{' -NoNewline
            $run = Invoke-RigWrapper $device $own
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Error | Should -Match 'was set aside'
            Get-SotaName $device | Should -Be $whole
        }
        finally {
            Stop-RigFaultServer $server
            Stop-RigFactory $own
        }
    }

    It 'of an answer that was kept: it is asked for again, and there is one device' {
        $device = New-RigDevice -Path "$TestDrive/answer" -Token $factory.Token -Hsm ''
        $before = Get-DeviceCount
        $null = Invoke-RigCommand "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice" -Device $device -Factory $factory
        $answer = "$($device.Sota)/.registration/answer.json"
        (Get-Content $answer -Raw).Substring(0, 100) | Set-Content $answer -NoNewline
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Error | Should -Match 'is damaged and is asked for again'
        Get-SotaName $device | Should -Be $whole
        Get-DeviceCount | Should -Be ($before + 1)
    }
}
