# What the recipe installs, without BitBake: its own shell code, run on the files of this build.

BeforeAll {
    . ([System.IO.Path]::GetFullPath("$PSScriptRoot/../tools/Common.ps1"))
    . (Join-Top tools Recipe.ps1)
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    $unpacked = "$TestDrive/unpacked"
    $payload = "$unpacked/autoregister-0.1.0-linux-x64"
    $null = [System.IO.Directory]::CreateDirectory("$payload/host")
    [System.IO.File]::WriteAllText("$payload/host/lmp-pwsh", '')
    [System.IO.File]::SetUnixFileMode("$payload/host/lmp-pwsh", [System.IO.UnixFileMode]493)
    $null = Invoke-RigProcess cp @('-R', (Get-RigPath Module), "$payload/AutoRegister")

    function Get-Installed([string] $Name, [hashtable] $Variable) {
        $target = "$TestDrive/$Name"
        Install-Recipe -Unpacked $unpacked -Destination $target -Runtime linux-x64 -Variable $Variable
        $target
    }

    # Mode and path of each file, but the module's assemblies as one line.
    function Get-Listing([string] $Folder) {
        $lines = foreach ($file in [System.IO.Directory]::GetFiles($Folder, '*', 'AllDirectories')) {
            if (-not $file.EndsWith('.dll')) {
                "$([Convert]::ToString([int] [System.IO.File]::GetUnixFileMode($file), 8)) $([System.IO.Path]::GetRelativePath($Folder, $file))"
            }
        }

        $sorted = [string[]] @($lines)
        [Array]::Sort($sorted, [StringComparer]::Ordinal)
        ($sorted -join "`n") + "`n"
    }
}

Describe 'The recipe' {
    It 'installs what its listing says' {
        $target = Get-Installed plain @{}
        $help = [regex]::new('(?m)^644 usr/lib/autoregister/AutoRegister/en-US/.*\n')
        $help.Replace((Get-Listing $target), '') | Should -BeExactly ([System.IO.File]::ReadAllText("$PSScriptRoot/support/recipe-installs.txt"))
    }

    It 'writes a tag and a token module where it is told to, and no PIN' {
        $target = Get-Installed told @{ LMP_AUTO_REGISTER_TAG = 'main'; LMP_AUTO_REGISTER_HSM_MODULE = '/usr/lib/libckteec.so.0'; LMP_AUTO_REGISTER_HSM_KIND = 'optee' }
        [System.IO.File]::ReadAllText("$target/etc/sota/tag") | Should -BeExactly "main`n"
        [System.IO.File]::ReadAllText("$target/etc/sota/hsm") | Should -BeExactly "HSM_MODULE=`"/usr/lib/libckteec.so.0`"`n"
        [int] [System.IO.File]::GetUnixFileMode("$target/etc/sota/hsm") | Should -Be 384
        "$target/usr/lib/systemd/system/lmp-device-auto-register.service.d/hsm-optee.conf" | Should -Exist
    }

    It 'takes a PowerShell from elsewhere, and then brings no host' {
        $target = Get-Installed elsewhere @{ PACKAGECONFIG = 'pwsh' }
        [System.IO.Directory]::Exists("$target/usr/lib/autoregister/host") | Should -BeFalse
        [System.IO.File]::ReadAllText("$target/usr/lib/systemd/system/lmp-device-auto-register.service") | Should -Match '(?m)^ExecStart=/usr/bin/pwsh '
    }

    It 'turns production on' {
        $target = Get-Installed production @{ PACKAGECONFIG = 'host production' }
        [System.IO.File]::ReadAllText("$target/usr/lib/systemd/system/lmp-device-auto-register.service.d/production.conf") | Should -Match 'Environment=PRODUCTION=1'
    }

    It 'leaves no placeholder' {
        $target = Get-Installed filled @{ LMP_AUTO_REGISTER_USE_HOSTNAME = '1' }
        $unit = [System.IO.File]::ReadAllText("$target/usr/lib/systemd/system/lmp-device-auto-register.service")
        $unit | Should -Not -Match '@@'
        $unit | Should -Match '(?m)^Environment=USE_HOSTNAME=1$'
        [System.IO.File]::ReadAllText("$target/usr/bin/lmp-device-auto-register") | Should -Not -Match '@@'
    }

    It 'refuses a recipe it does not understand' {
        [System.IO.File]::WriteAllText("$TestDrive/odd.bb", "python do_odd() {`n}`n")
        { Read-Recipe -Path "$TestDrive/odd.bb" } | Should -Throw -ExpectedMessage '*not understood: python do_odd*'
    }
}
