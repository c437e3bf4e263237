# The factory line: many devices through one pipeline, from one process.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    # Runs a script with $line, what all devices are told to be, and $out, where their directories are.
    function Invoke-Line([string] $Command, [string] $Out, [string] $Token = $factory.tokenFile, [string] $Api = $factory.api, [string] $CaFile = $factory.caFile) {
        $script = "Set-StrictMode -Version Latest; Import-Module '$(Get-RigPath Module)'; `$out = '$Out'`n" +
        "`$line = Get-SotaConfig -Factory acme -Tag main -HardwareId board -DeviceApi '$Api' -ApiTokenPath '$Token' -IgnoreDeviceFiles -NoHsm`n" +
        'function Row([string[]] $Name) { foreach ($one in $Name) { [pscustomobject]@{ SerialNumber = $one; Group = "" } } }' + "`n$Command`n"
        $null = New-Item -ItemType Directory $Out -Force
        Invoke-RigScript "$Out.ps1" -Text $script -Environment @{ SSL_CERT_FILE = $CaFile }
    }

    function Get-LedgerRow([string] $Prefix) {
        @(Get-RigLedger $factory | Where-Object name -Like "$Prefix*")
    }

    $pipeline = 'New-HsmDeviceKey -BaseConfig $line -Path { "$out/$($_.SerialNumber)" } -ThrottleLimit 4 | Register-FoundriesDevice -ThrottleLimit 8'
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'A line of devices' {
    BeforeAll {
        $command = "Row (1..24 | ForEach-Object { `"A`$_`" }) | $($pipeline.Replace("-ThrottleLimit 4", "-ThrottleLimit 4 -Ordered")) -Ordered | Export-SotaCredentials -ThrottleLimit 4 -Ordered | ForEach-Object { `"`$(`$_.Name) `$(`$_.Uuid) `$(`$_.AlreadyRegistered) `$(`$_.Attempts)`" }"
        $first = Invoke-Line $command "$TestDrive/a"
        $ledger = Get-LedgerRow 'A'
        $again = Invoke-Line $command "$TestDrive/a"
    }

    It 'is registered, every device once, in the order it came' {
        $first.Error | Should -BeNullOrEmpty
        $first.Lines.Count | Should -Be 24
        ($first.Lines | ForEach-Object { $_.Split(' ')[0] }) -join ' ' | Should -Be ((1..24 | ForEach-Object { "A$_" }) -join ' ')
        ($first.Lines | ForEach-Object { $_.Split(' ')[2, 3] -join ' ' } | Where-Object { $_ -ne 'False 1' }) | Should -BeNullOrEmpty
        $ledger.Count | Should -Be 24
        $pairs = $ledger | ForEach-Object { "$($_.name) $($_.uuid)" } | Sort-Object
        $seen = $first.Lines | ForEach-Object { $_.Split(' ')[0, 1] -join ' ' } | Sort-Object
        $seen -join ',' | Should -Be ($pairs -join ',')
    }

    It 'leaves each device whole: its modes, no journal, no temporary file' {
        foreach ($number in 1, 24) {
            (Get-ChildItem "$TestDrive/a/A$number" -Force).Name -join ' ' | Should -Be 'client.chained client.pem pkey.pem root.crt sota.toml'
            (Get-Item "$TestDrive/a/A$number").UnixMode | Should -Be 'drwx------'
            (Get-Item "$TestDrive/a/A$number/pkey.pem").UnixMode | Should -Be '-rw-------'
        }
    }

    It 'changes nothing when it runs again, and says so' {
        $again.Error | Should -BeNullOrEmpty
        ($again.Lines | Where-Object { $_ -notmatch ' True 0$' }) | Should -BeNullOrEmpty
        $again.Lines.Count | Should -Be 24
        (Get-LedgerRow 'A').Count | Should -Be 24
    }
}

Describe 'A device that fails on a line' {
    BeforeAll {
        $null = Invoke-Line "Row 'B2' | $pipeline | Export-SotaCredentials" "$TestDrive/before"
        $run = Invoke-Line ("& { Row 'B1', 'B2', 'B3', 'B3' | $pipeline | Export-SotaCredentials } 2>&1 | ConvertTo-DeviceReport | " +
            'ForEach-Object { "$($_.Name) $($_.Outcome) $($_.ErrorId)" }') "$TestDrive/b"
        $records = Invoke-Line ("Row 'B2' | $pipeline -ErrorVariable failed -ErrorAction SilentlyContinue; " +
            '"$($failed.Count) $($failed[0].FullyQualifiedErrorId) $($failed[0].TargetObject.GetType().Name) $($failed[0].TargetObject.Name)"') "$TestDrive/b2"
    }

    It 'is one row of the report, and the others are registered' {
        $run.Error | Should -BeNullOrEmpty
        ($run.Lines | Sort-Object) -join ', ' | Should -Be 'B1 Registered , B2 Failed DeviceConflict, B3 Failed SettingInvalid, B3 Registered '
    }

    It 'is one error record, with the device as its target' {
        $records.Lines | Should -Be '1 DeviceConflict,AutoRegister.Cmdlets.RegisterFoundriesDeviceCommand DeviceKey B2'
    }
}

Describe 'A wrong token' {
    It 'stops the line at once, with one message' {
        Set-Content "$TestDrive/wrong-token" 'token-that-nobody-issued'
        $run = Invoke-Line ("try { Row (1..200 | ForEach-Object { `"C`$_`" }) | $pipeline | Export-SotaCredentials } " +
            'catch { "stopped: $($_.FullyQualifiedErrorId)" }; "errors: $($Error.Count)"; "keys: $((Get-ChildItem $out -Directory).Count -lt 100)"') `
            "$TestDrive/c" -Token "$TestDrive/wrong-token"
        $run.Lines -join '; ' | Should -Be 'stopped: ApiTokenRejected,AutoRegister.Cmdlets.RegisterFoundriesDeviceCommand; errors: 1; keys: True'
        Get-LedgerRow 'C' | Should -BeNullOrEmpty
    }
}

Describe 'A server that says "not so fast"' {
    BeforeAll {
        $server = Start-RigFaultServer $factory -Path "$TestDrive/slowly" -Fault 'fine,fine,fine,fine,status-429'
        $run = Invoke-Line "Row (1..40 | ForEach-Object { `"L`$_`" }) | $($pipeline.Replace('-ThrottleLimit 8', '-ThrottleLimit 6')) | Export-SotaCredentials -ThrottleLimit 4 | ForEach-Object { `$_.Name }" `
            "$TestDrive/l" -Api $server.api -CaFile $server.caFile
        $requests = [string[]] @(Complete-RigFaultServer $server | ForEach-Object { [regex]::Match($_, '"name":\s*"([^"]+)"').Groups[1].Value })
    }

    It 'slows the whole line: nobody overtakes the device it was said to by many' {
        $run.Lines.Count | Should -Be 40
        (Get-LedgerRow 'L').Count | Should -Be 40
        @([regex]::Matches($run.Error + $run.Output, 'The whole line waits 1 s')).Count | Should -Be 1
        $requests.Count | Should -Be 41
        $slowed = $requests[4]
        [array]::LastIndexOf($requests, $slowed) | Should -BeGreaterThan 4
        [array]::LastIndexOf($requests, $slowed) | Should -BeLessThan 30
    }
}

Describe 'Directories of devices' {
    It 'may be mounted images, one root a device' {
        foreach ($name in 'D1', 'D2') {
            $null = New-Item -ItemType Directory "$TestDrive/d/$name/var" -Force
        }

        $run = Invoke-Line ("Row 'D1', 'D2', 'D3' | New-HsmDeviceKey -BaseConfig `$line -Root { `"`$out/`$(`$_.SerialNumber)`" } | Register-FoundriesDevice -ThrottleLimit 8 | " +
            'Export-SotaCredentials -ThrottleLimit 2 | ForEach-Object { $_.Path }') "$TestDrive/d"
        ($run.Lines | Sort-Object) -join ' ' | Should -Be "$TestDrive/d/D1/var/sota $TestDrive/d/D2/var/sota"
        $run.Error | Should -Match '(?s)D3 does.*not exist'

        # Ready to be packed: what a device has, owned by whoever runs the line, and nothing else in the image.
        $user = id --user
        foreach ($name in 'D1', 'D2') {
            $found = Invoke-RigProcess find @("$TestDrive/d/$name/var", '-printf', '%P %m %U\n')
            ($found.Lines | Sort-Object) -join ', ' | Should -Be (" 755 $user, sota 700 $user, sota/client.chained 644 $user, sota/client.pem 644 $user, sota/pkey.pem 600 $user, " +
                "sota/root.crt 644 $user, sota/sota.toml 600 $user")
        }
    }

    It 'may be copied to pack them, again and again, and never over those of another device' {
        $command = "Row 'E1', 'E2' | $pipeline | Export-SotaCredentials -Path { `"`$out/pack/`$(`$_.Name)`" } -ThrottleLimit 2 | ForEach-Object { `$_.Path }"
        $null = Invoke-Line $command "$TestDrive/e"
        Remove-Item "$TestDrive/e/pack/E2/sota.toml"
        $again = Invoke-Line $command "$TestDrive/e"
        $again.Error | Should -BeNullOrEmpty
        foreach ($name in 'E1', 'E2') {
            foreach ($file in 'client.pem', 'pkey.pem', 'root.crt', 'sota.toml') {
                Get-Content "$TestDrive/e/pack/$name/$file" -Raw | Should -Be (Get-Content "$TestDrive/e/$name/$file" -Raw)
                (Get-Item "$TestDrive/e/pack/$name/$file").UnixMode | Should -Be (Get-Item "$TestDrive/e/$name/$file").UnixMode
            }
        }

        $other = Invoke-Line "Row 'E3' | $pipeline | Export-SotaCredentials -Path `$out/pack/E1" "$TestDrive/e"
        $other.Error | Should -Match 'credentials of another device'
        Get-Content "$TestDrive/e/pack/E1/client.pem" -Raw | Should -Be (Get-Content "$TestDrive/e/E1/client.pem" -Raw)
    }

    It 'must be one for each device' {
        $run = Invoke-Line "Row 'F1' | New-HsmDeviceKey -BaseConfig `$line" "$TestDrive/f"
        $run.Error | Should -Match 'F1 has no directory of its own'
    }
}

Describe 'A device that a line did not finish, and that cannot be given a journal of its own' {
    It 'is said when the line ends, and continued by the next' {
        $run = Invoke-Line "Row 'J1', 'J2' | New-HsmDeviceKey -BaseConfig `$line -Path { `"`$out/`$(`$_.SerialNumber)`" } -ThrottleLimit 2 -Ordered | ForEach-Object { `$_.Uuid; if (`$_.Config.Name -eq 'J1') { `$null = New-Item `"`$out/J1/.registration`" } }" "$TestDrive/j"
        $run.Lines.Count | Should -Be 2
        $run.Error | Should -Match '/j/J1/\.registration'
        Get-ChildItem "$TestDrive/j" -Force -Name | Should -Contain '.registration-lines'

        Remove-Item "$TestDrive/j/J1/.registration" -Force
        $again = Invoke-Line "Row 'J1', 'J2' | $($pipeline.Replace("-ThrottleLimit 4", "-ThrottleLimit 4 -Ordered")) -Ordered | Export-SotaCredentials -ThrottleLimit 2 -Ordered | ForEach-Object Uuid" "$TestDrive/j"
        $again.Error | Should -BeNullOrEmpty
        $again.Lines -join ' ' | Should -Be ($run.Lines -join ' ')
        Get-ChildItem "$TestDrive/j" -Force -Name | Should -Not -Contain '.registration-lines'
    }
}

Describe 'A line that is stopped' {
    It 'says what is done with Ctrl-C, and goes on from there' {
        $command = "Row (1..400 | ForEach-Object { `"G`$_`" }) | $pipeline | Export-SotaCredentials -ThrottleLimit 4 | ForEach-Object { `$_.Name }"
        $null = Invoke-Line $command "$TestDrive/g0" -Token '/dev/null'
        (Get-Content "$TestDrive/g0.ps1" -Raw).Replace("$TestDrive/g0'", "$TestDrive/g'").Replace("'/dev/null'", "'$($factory.tokenFile)'") | Set-Content "$TestDrive/g.ps1"
        $sent = @{ Done = $false }
        # A test run in the background ignores the signal, and what it starts would, too.
        $run = Invoke-RigProcess env @('--default-signal=INT', (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$TestDrive/g.ps1") -Environment @{ SSL_CERT_FILE = $factory.caFile } -While {
            param($process)
            if (-not $sent.Done -and (Test-Path "$TestDrive/g/G9/sota.toml")) {
                $sent.Done = $true
                Send-RigSignal $process INT
            }
        }
        $run.Output + $run.Error | Should -Match 'Register-FoundriesDevice stopped: \d+ done, 0 failed, \d+ stopped on their way'
        (Get-LedgerRow 'G').Count | Should -BeLessThan 400

        $again = Invoke-Line ($command -replace '400', '60') "$TestDrive/g"
        $again.Error | Should -BeNullOrEmpty
        $again.Lines.Count | Should -Be 60
        $ledger = Get-LedgerRow 'G'
        @($ledger.name | Sort-Object -Unique).Count | Should -Be $ledger.Count
    }
}
