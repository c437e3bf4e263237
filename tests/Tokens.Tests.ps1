# Tokens and modules as they are on real devices: several blank ones, and modules that hang or crash.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
    $softHsm = Get-RigPath SoftHsm

    # A device whose hsm file has a line more.
    function Build-TokenDevice([string] $Name, [string] $Line = '') {
        New-RigDevice -Path "$TestDrive/$Name" -Token $factory.Token -Hsm "HSM_MODULE=$softHsm`nHSM_PIN=$(Get-RigPath Pin)`nHSM_SOPIN=$(Get-RigPath SoPin)`n$Line`n"
    }

    function Add-Token([hashtable] $Device, [string] $Label) {
        $made = Invoke-RigProcess softhsm2-util @('--init-token', '--free', '--label', $Label, '--pin', (Get-RigPath Pin), '--so-pin', (Get-RigPath SoPin)) -Environment @{ SOFTHSM2_CONF = $Device.SoftHsmConf }
        $made.ExitCode | Should -Be 0 -Because $made.Error
    }

    function Get-TokenFolder([hashtable] $Device) { (Get-ChildItem -Path "$($Device.Root)/var/lib/softhsm/tokens" -Directory).FullName }
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'Three blank tokens of SoftHSM2, in place of a fresh OP-TEE''s' {
    BeforeDiscovery {
        $proxy = "$(Split-Path -Parent (Split-Path -Parent (Get-RigPath SoftHsm)))/p11-kit-proxy.so"
        $noProxy = -not (Test-Path -Path $proxy) -or (Invoke-RigProcess unshare @('--mount', 'true')).ExitCode -ne 0
    }

    BeforeAll {
        # p11-kit shows the slots of all modules in its folder, which is ours in a mount namespace. Each copy of SoftHSM2 looks for its
        # configuration in a variable of its own, and so has a blank token of its own.
        $proxy = "$(Split-Path -Parent (Split-Path -Parent $softHsm))/p11-kit-proxy.so"
        $device = New-RigDevice -Path "$TestDrive/blanks" -Token $factory.Token -Hsm "HSM_MODULE=$proxy`nHSM_PIN=$(Get-RigPath Pin)`nHSM_SOPIN=$(Get-RigPath SoPin)`n"
        $modules = (New-Item -ItemType Directory -Path "$TestDrive/modules").FullName
        $latin = [System.Text.Encoding]::Latin1
        $library = $latin.GetString((Get-Content -Path $softHsm -AsByteStream -Raw))
        $environment = @{}
        foreach ($number in 2, 3, 4) {
            $tokens = (New-Item -ItemType Directory -Path "$TestDrive/tokens$number").FullName
            Set-Content -Path "$TestDrive/softhsm$number.conf" -Value "directories.tokendir = $tokens"
            Set-Content -Path "$TestDrive/softhsm$number.so" -Value $latin.GetBytes($library.Replace('SOFTHSM2_CONF', "SOFTHSM${number}_CONF")) -AsByteStream
            Set-Content -Path "$modules/softhsm$number.module" -Value "module: $TestDrive/softhsm$number.so"
            $environment["SOFTHSM${number}_CONF"] = "$TestDrive/softhsm$number.conf"
        }

        function Invoke-WithModule {
            $mount = 'mount --bind "$1" /usr/share/p11-kit/modules && shift && exec "$@"'
            $wrapper = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $device.Root
            Invoke-RigProcess unshare (@('--mount', 'sh', '-c', $mount, 'sh', $modules) + $wrapper) -Environment (Get-RigEnvironment $device -Factory $factory -Environment $environment)
        }
    }

    It 'make no choice necessary: the first is taken, the log says which, and the device registers' -Skip:$noProxy {
        $run = Invoke-WithModule
        $run.ExitCode | Should -Be 0 -Because $run.Error
        $run.Output | Should -Match 'Of 3 blank ones the first is taken: blank serial .* in slot \d+\.'
        @(Get-ChildItem -Path "$TestDrive/tokens2", "$TestDrive/tokens3", "$TestDrive/tokens4" -Directory).Count | Should -Be 1
    }

    It 'are left blank when the unit runs again' -Skip:$noProxy {
        $again = Invoke-WithModule
        $again.ExitCode | Should -Be 0 -Because $again.Error
        $again.Output | Should -Match 'Already registered'
        @(Get-ChildItem -Path "$TestDrive/tokens2", "$TestDrive/tokens3", "$TestDrive/tokens4" -Directory).Count | Should -Be 1
    }
}

Describe 'Two tokens with our label' {
    BeforeAll {
        $device = Build-TokenDevice twins
        Add-Token $device aktualizr
        Add-Token $device aktualizr
    }

    It 'are an error that names both and says how to resolve it' {
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match '2 tokens of .* are "aktualizr".*HSM_TOKEN_SERIAL.*\[HsmTokenAmbiguous\]'
    }

    It 'are told apart by <Name> in /etc/sota/hsm, which is seen among the settings' -ForEach @(
        @{ Name = 'HSM_TOKEN_SERIAL'; Line = "HSM_TOKEN_SERIAL='{0}'" }
        @{ Name = 'HSM_URI'; Line = "HSM_URI='pkcs11:token=aktualizr;serial={0}'" }
    ) {
        $serial = (Split-Path -Leaf @(Get-TokenFolder $device)[1]).Replace('-', '').Substring(16)
        $hsm = "$($device.Root)/etc/sota/hsm"
        $before = Get-Content -Path $hsm -Raw
        Add-Content -Path $hsm -Value ($Line -f $serial)
        try {
            $shown = Invoke-RigCommand "(Get-SotaConfig -Root '$($device.Root)').Settings | Where-Object Name -EQ Hsm.TokenSerial | ForEach-Object { `"`$(`$_.Value) from `$(`$_.Source)`" }" -Device $device
            $shown.Output.Trim() | Should -Be "$serial from ${hsm}:5"
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -Be 0 -Because $run.Error
            $run.Output | Should -Match $(if ($Name -eq 'HSM_TOKEN_SERIAL') { "serial $serial" } else { 'Already registered' })
        }
        finally {
            Set-Content -Path $hsm -Value $before -NoNewline
        }
    }
}

Describe 'A module that hangs' {
    It 'in C_Initialize is named before it is loaded and while it hangs, and the run ends with 75' {
        # SoftHSM2 reads its configuration there, and a FIFO that nobody writes to is never read to its end.
        $device = Build-TokenDevice hangs 'HSM_TIMEOUT=6'
        $fifo = "$($device.Root)/fifo"
        (Invoke-RigProcess mkfifo @($fifo)).ExitCode | Should -Be 0
        $run = Invoke-RigWrapper $device $factory -Environment @{ SOFTHSM2_CONF = $fifo }
        $run.ExitCode | Should -Be 75
        $run.Output | Should -Match "Loading the PKCS#11 module $softHsm"
        $run.Error | Should -Match 'C_Initialize of the PKCS#11 module .* has taken 5 s so far; it is given up after 6 s'
        $run.Error | Should -Match 'C_Initialize of the PKCS#11 module .* did not come back within 6 s\..*tee-supplicant.*\[HsmTimeout\]'
    }

    Context 'in C_Login' {
        # SoftHSM2 writes the token's file there, and waits for whoever has locked it (fcntl(2)). We have, for reading.
        BeforeEach {
            $device = Build-TokenDevice "stuck-$([guid]::NewGuid())" 'HSM_TIMEOUT=6'
            Add-Token $device aktualizr
            $file = [System.IO.File]::Open("$(Get-TokenFolder $device)/token.object", 'Open', 'Read', 'ReadWrite')
            $file.Lock(0, 1)
        }

        AfterEach {
            $file.Dispose()
        }

        It 'is reported and given up too, with 75' {
            $run = Invoke-RigWrapper $device $factory
            $run.ExitCode | Should -Be 75
            $run.Error | Should -Match 'C_Login of the PKCS#11 module .* has taken 5 s so far; it is given up after 6 s'
            $run.Error | Should -Match 'C_Login of the PKCS#11 module .* did not come back within 6 s\..*\[HsmTimeout\]'
        }

        It 'does not keep Ctrl-C until the time is up' {
            $hsm = "$($device.Root)/etc/sota/hsm"
            Set-Content -Path $hsm -Value (Get-Content -Path $hsm -Raw).Replace('HSM_TIMEOUT=6', 'HSM_TIMEOUT=3600') -NoNewline
            $sent = @{}
            $limit = (Get-Date).AddMinutes(2)
            $run = Invoke-RigWrapper $device $factory -While {
                param($process)

                # A line with an arrow is one who waits (proc_locks(5)).
                if (-not $sent.Count -and (Select-String -Path /proc/locks -Pattern "-> POSIX .* WRITE $($process.Id) " -Quiet)) {
                    $sent.Signal = $true
                    Send-RigSignal $process INT
                }

                if ((Get-Date) -gt $limit) {
                    $process.Kill()
                }
            }

            $sent.Signal | Should -BeTrue
            $run.ExitCode | Should -Not -Be 137
            "$($run.Output)$($run.Error)" | Should -Not -Match 'did not come back'
        }
    }
}

Describe 'A file that is no module of this machine' {
    It 'is wrong configuration: <What>, 78' -ForEach @(
        @{ What = 'a text'; Module = '/etc/passwd' }
        @{ What = 'a library of something else'; Module = "/usr/lib/$(uname -m)-linux-gnu/libc.so.6" }
        @{ What = 'a library of another machine'; Module = '' }
    ) {
        if (-not $Module) {
            # e_machine (elf(5)) of SPARC.
            $bytes = Get-Content -Path $softHsm -AsByteStream -Raw
            $bytes[18], $bytes[19] = 2, 0
            $Module = "$TestDrive/sparc.so"
            Set-Content -Path $Module -Value $bytes -AsByteStream
        }

        $device = New-RigDevice -Path "$TestDrive/$([guid]::NewGuid())" -Token $factory.Token -Hsm "HSM_MODULE=$Module`nHSM_PIN=$(Get-RigPath Pin)`nHSM_SOPIN=$(Get-RigPath SoPin)`n"
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 78
        $run.Error | Should -Match "$([regex]::Escape($Module)).*\[HsmModuleInvalid\]"
    }

    It 'and one whose token is not there yet is tried again: 75' {
        # SoftHSM2 fails C_Initialize where its directory of tokens is missing, as libckteec does without /dev/tee0.
        $device = Build-TokenDevice absent
        Remove-Item -Path "$($device.Root)/var/lib/softhsm/tokens" -Recurse
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -Be 75
        $run.Error | Should -Match 'C_Initialize returned CKR_.*\[HsmModuleUnusable\]'
    }
}

Describe 'The medium that a token keeps its objects on' {
    BeforeDiscovery {
        $noMount = (Invoke-RigProcess unshare @('--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt')).ExitCode -ne 0
    }

    BeforeAll {
        # The wrapper in a mount namespace in which SoftHSM2's directory is another.
        function Invoke-WithMedium([hashtable] $Device, [string] $Mount) {
            $wrapper = (Get-RigPath Shell), '-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Get-RigPath Wrapper), '-Root', $Device.Root, '-RetryFor', '0s'
            Invoke-RigProcess unshare (@('--mount', 'sh', '-c', "$Mount && shift && exec `"`$@`"", 'sh', "$($Device.Root)/var/lib/softhsm/tokens") + $wrapper) `
                -Environment (Get-RigEnvironment $Device -Factory $factory)
        }
    }

    It '<What>: that is said, 75, and the next run registers' -Skip:$noMount -ForEach @(
        @{ What = 'has no room for a token'; Mount = 'mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs "$1"'; Words = ''' has \d+ bytes left; make room.*\[Hsm(Failure|TokenUnusable)\]' }
        @{ What = 'has no room for a key'; Mount = 'mount -t tmpfs -o size=20k tmpfs "$1"'; Words = '/.* could not be written: No space left on device.*\[WriteFailed\]' }
        @{ What = 'is read-only'; Mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'; Words = ''' cannot be written \(Read-only file system\).*\[Hsm(Failure|TokenUnusable)\]' }
    ) {
        $device = Build-TokenDevice "medium-$([guid]::NewGuid())"
        $run = Invoke-WithMedium $device $Mount
        $run.ExitCode | Should -Be 75 -Because $run.Error
        $run.Error | Should -Match "'$([regex]::Escape($device.Root))/var/lib/softhsm/tokens$Words"
        (Invoke-RigWrapper $device $factory).ExitCode | Should -Be 0
    }
}

Describe 'A module that crashes' {
    It 'ends the process, and was named before' {
        # Two tokens with one serial number: SoftHSM2 aborts in C_Initialize (SlotManager::insertToken).
        $device = Build-TokenDevice crashes
        Add-Token $device aktualizr
        $copy = Join-Path (Split-Path -Parent (Get-TokenFolder $device)) ([guid]::NewGuid())
        Copy-Item -Path (Get-TokenFolder $device) -Destination $copy -Recurse
        $run = Invoke-RigWrapper $device $factory
        $run.ExitCode | Should -BeGreaterThan 128
        $run.Output | Should -Match "Loading the PKCS#11 module $softHsm"
    }
}

Describe 'The unit' {
    It 'is ordered after what tokens need' {
        $unit = Get-Content -Path "$PSScriptRoot/../module/yocto/meta-autoregister/recipes-support/lmp-device-auto-register/lmp-device-auto-register/lmp-device-auto-register.service"
        $after = @($unit | Where-Object { $_ -match '^After=(.*)$' } | ForEach-Object { $Matches[1].Split(' ') })
        foreach ($needed in 'tee-supplicant.service', 'tee-supplicant@teepriv0.service', 'tpm2-abrmd.service', 'pcscd.socket', 'pcscd.service') {
            $after | Should -Contain $needed
        }
    }
}
