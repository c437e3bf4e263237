# What the recipe installs, without BitBake: its own shell code, run on the files of this build.

BeforeAll {
    . ([System.IO.Path]::GetFullPath("$PSScriptRoot/../tools/Common.ps1"))
    . (Join-Top tools Recipe.ps1)
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    $unpacked = "$TestDrive/unpacked"
    $payload = "$unpacked/autoregister-0.1.0-linux-x64"
    $null = [System.IO.Directory]::CreateDirectory("$payload/host")
    [System.IO.File]::WriteAllText("$payload/host/pwsh", '')
    [System.IO.File]::SetUnixFileMode("$payload/host/pwsh", [System.IO.UnixFileMode]493)
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
        Get-Content "$target/usr/lib/autoregister/pwsh" | Should -Contain 'exec /usr/bin/pwsh "$@"'
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

    It 'is built under the name that the guide adds to the image' {
        $line = Get-GuideCommand 'CORE_IMAGE_BASE_INSTALL += "lmp-device-auto-register"'
        $name = [regex]::Match($line, '"(.+)"').Groups[1].Value
        Join-Top module yocto meta-autoregister recipes-support $name "$name.bb" | Should -Exist
    }

    It 'takes the token that lies where the line of the guide makes BitBake look first' {
        $line = Get-GuideCommand 'FILESEXTRAPATHS:prepend := "${THISDIR}/${PN}:"'
        $layer = "$TestDrive/layer/recipes-support/lmp-device-auto-register"
        $place = [regex]::Match($line, '"(.+):"').Groups[1].Value.Replace('${THISDIR}', $layer).Replace('${PN}', 'lmp-device-auto-register')
        $null = [System.IO.Directory]::CreateDirectory($place)
        [System.IO.File]::WriteAllText("$place/api-token", "the-token`n")
        [System.IO.File]::Copy("$place/api-token", "$unpacked/api-token", $true)
        try {
            $target = Get-Installed token @{}
        }
        finally {
            [System.IO.File]::Delete("$unpacked/api-token")
        }

        [System.IO.File]::ReadAllText("$target/etc/lmp-device-register-token") | Should -BeExactly "the-token`n"
        [int] [System.IO.File]::GetUnixFileMode("$target/etc/lmp-device-register-token") | Should -Be 384
    }

    It 'refuses a recipe it does not understand' {
        [System.IO.File]::WriteAllText("$TestDrive/odd.bb", "python do_odd() {`n}`n")
        { Read-Recipe -Path "$TestDrive/odd.bb" } | Should -Throw -ExpectedMessage '*not understood: python do_odd*'
    }
}
