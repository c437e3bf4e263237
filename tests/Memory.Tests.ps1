# What a process's memory holds after a registration has ended: neither PIN, and of the API token no more than HttpClient keeps.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"

    # Nothing else on this machine has these.
    $pin = "pin-$([guid]::NewGuid().ToString('N'))"
    $soPin = "so-$([guid]::NewGuid().ToString('N'))"

    # How often texts are in a process's memory, as UTF-8 or as the UTF-16 of a .NET string: a number for each that is there.
    function Measure-Text([int] $Id, [string[]] $Text) {
        $needle = foreach ($one in $Text) {
            $one
            $one.ToCharArray() -join "`0"
        }

        $overlap = ($needle | Measure-Object -Property Length -Maximum).Maximum - 1
        # Small, so that no text of it is a large object, which is slow to make.
        $buffer = [byte[]]::new(32KB)
        $found = @{}
        $memory = [System.IO.File]::Open("/proc/$Id/mem", 'Open', 'Read', 'ReadWrite')
        try {
            foreach ($line in Get-Content "/proc/$Id/maps") {
                if ($line -notmatch '^([0-9a-f]+)-([0-9a-f]+) rw' -or $line -match '\[v(var|dso|syscall)') {
                    continue
                }

                $start = [Convert]::ToInt64($Matches[1], 16)
                $end = [Convert]::ToInt64($Matches[2], 16)
                $rest = ''
                while ($start -lt $end) {
                    $memory.Position = $start
                    try {
                        $read = $memory.Read($buffer, 0, [Math]::Min($buffer.Length, $end - $start))
                    }
                    catch [System.Management.Automation.MethodInvocationException] {
                        # Reserved, and nothing in it.
                        break
                    }

                    if ($read -eq 0) {
                        break
                    }

                    $content = $rest + [System.Text.Encoding]::Latin1.GetString($buffer, 0, $read)
                    foreach ($one in $needle) {
                        for ($at = $content.IndexOf($one, [StringComparison]::Ordinal); $at -ge 0; $at = $content.IndexOf($one, $at + 1, [StringComparison]::Ordinal)) {
                            $found[$one.Replace("`0", '')]++
                        }
                    }

                    $rest = $content.Substring([Math]::Max(0, $content.Length - $overlap))
                    $start += $read
                }
            }
        }
        finally {
            $memory.Dispose()
        }

        $found
    }

    # Runs commands in a shell of their own; after each the shell waits, and its memory is looked at.
    function Invoke-Looked([hashtable] $Device, [string[]] $Command, [hashtable] $Environment = @{}) {
        $script = "Set-StrictMode -Version Latest; Import-Module '$(Get-RigPath Module)'; " +
        (($Command | ForEach-Object { "$_; [Console]::Out.WriteLine('ready'); `$null = [Console]::In.ReadLine()" }) -join '; ')
        $process = Start-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $script) `
            -Environment (Get-RigEnvironment $Device -Factory $factory -Environment $Environment)
        try {
            $problem = $process.StandardError.ReadToEndAsync()
            foreach ($one in $Command) {
                $said = @(while (($line = $process.StandardOutput.ReadLine()) -notin $null, 'ready') {
                        $line
                    })
                if ($null -eq $line) {
                    throw "the shell ended: $($problem.Result)"
                }

                $found = Measure-Text $process.Id $pin, $soPin, $factory.Token
                @{
                    Said  = $said -join ' '
                    Pin   = [int] $found[$pin] + [int] $found[$soPin]
                    Token = [int] $found[$factory.Token]
                }
                $process.StandardInput.WriteLine()
            }

            $process.WaitForExit()
        }
        finally {
            $process.Dispose()
        }
    }

    function New-Device {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'In a test''s own folder.')]
        param([string] $Name)

        New-RigDevice -Path "$TestDrive/$Name" -Token $factory.Token -Hsm "HSM_MODULE='$(Get-RigPath SoftHsm)'`nHSM_PIN=$pin`nHSM_SOPIN=$soPin`n"
    }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'The memory of a process, after' {
    It 'a registration holds no PIN, and nor it does after the one that finds it registered' {
        $device = New-Device 'whole'
        $line = "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials -VerifyGateway | ForEach-Object AlreadyRegistered"
        $seen = Invoke-Looked $device $line, $line
        $seen.Said | Should -Be 'False', 'True'
        $seen.Pin | Should -Be 0, 0
    }

    It 'a registration that never reached the server holds neither PIN nor API token' {
        $device = New-Device 'failed'
        $seen = Invoke-Looked $device "Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials" -Environment @{ DEVICE_API = 'https://127.0.0.1:9/ota/devices/' }
        $seen.Pin | Should -Be 0
        $seen.Token | Should -Be 0
    }

    It 'a configuration that somebody holds has them, until he disposes of it or its device is registered, and then says so' {
        $device = New-Device 'held'
        $again = 'try { $config | New-HsmDeviceKey -Force -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(",")[0] }'
        $seen = Invoke-Looked $device "`$config = Get-SotaConfig -Root '$($device.Root)'", '$config.Dispose()', $again,
        "`$config = Get-SotaConfig -Root '$($device.Root)'; `$config | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials | Out-Null", $again
        $seen[0].Pin | Should -BeGreaterThan 1
        $seen[0].Token | Should -BeGreaterThan 0
        $seen[1..4].Pin | Should -Be 0, 0, 0, 0
        $seen[1].Token | Should -Be 0
        $seen[2].Said | Should -Be 'SecretsDisposed'
        $seen[4].Said | Should -Be 'SecretsDisposed'
    }

    It 'a line that shares a configuration still has it for the next devices, until it is disposed of' {
        $device = New-Device 'line'
        $row = { param($name) "[pscustomobject]@{ Name = '$name'; KeyId = '0$name' } | New-HsmDeviceKey -BaseConfig `$line -Path '$TestDrive/line-$name' | Register-FoundriesDevice | Export-SotaCredentials | ForEach-Object Name" }
        $seen = Invoke-Looked $device "`$line = Get-SotaConfig -Root '$($device.Root)'", (& $row 4), (& $row 5), '$line.Dispose()'
        $seen.Said | Should -Be '', '4', '5', ''
        $seen[3].Pin | Should -Be 0
    }

    It 'a key that is kept for later registers later' {
        $device = New-Device 'kept'
        $seen = Invoke-Looked $device "`$key = Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey", '$registration = $key | Register-FoundriesDevice', '$registration | Export-SotaCredentials | ForEach-Object AlreadyRegistered'
        $seen[2].Said | Should -Be 'False'
        $seen[0].Pin | Should -BeGreaterThan 0
        $seen[2].Pin | Should -Be 0
    }
}
