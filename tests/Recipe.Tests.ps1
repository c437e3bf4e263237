# What the recipe installs, without BitBake: its own shell code, run on the files of this build.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    . "$PSScriptRoot/../tools/Common.ps1"
    . (Join-Top tools Recipe.ps1)
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    $unpacked = "$TestDrive/unpacked"
    $payload = "$unpacked/autoregister-0.1.0-linux-x64"
    $null = New-Item -ItemType Directory "$payload/host" -Force
    Set-Content "$payload/host/pwsh" ''
    chmod 755 "$payload/host/pwsh"
    Copy-Item (Get-RigPath Module) "$payload/AutoRegister" -Recurse

    function Get-Installed([string] $Name, [hashtable] $Variable) {
        $target = "$TestDrive/$Name"
        Install-Recipe -Unpacked $unpacked -Destination $target -Runtime linux-x64 -Variable $Variable
        $target
    }

    # Mode and path of each file and of each directory that has none, without the module's assemblies.
    function Get-Listing([string] $Folder) {
        $lines = foreach ($item in Get-ChildItem $Folder -Recurse -Force -Exclude '*.dll') {
            if (-not ($item.PSIsContainer -and (Get-ChildItem $item -Force))) {
                "$([Convert]::ToString([int] $item.UnixFileMode, 8)) $([System.IO.Path]::GetRelativePath($Folder, $item))"
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
        $help.Replace((Get-Listing $target), '') | Should -BeExactly (Get-Content "$PSScriptRoot/support/recipe-installs.txt" -Raw)
    }

    It 'writes a tag and a token module where it is told to, and no PIN' {
        $target = Get-Installed told @{ LMP_AUTO_REGISTER_TAG = 'main'; LMP_AUTO_REGISTER_HSM_MODULE = '/usr/lib/libckteec.so.0'; LMP_AUTO_REGISTER_HSM_KIND = 'optee' }
        Get-Content "$target/etc/sota/tag" -Raw | Should -BeExactly "main`n"
        Get-Content "$target/etc/sota/hsm" -Raw | Should -BeExactly "HSM_MODULE=`"/usr/lib/libckteec.so.0`"`n"
        (Get-Item "$target/etc/sota/hsm").UnixMode | Should -Be '-rw-------'
        "$target/usr/lib/systemd/system/lmp-device-auto-register.service.d/hsm-optee.conf" | Should -Exist
    }

    It 'writes beside the module that keys may be replaced, where it is told to' {
        $target = Get-Installed replaced @{ LMP_AUTO_REGISTER_HSM_MODULE = '/usr/lib/libckteec.so.0'; LMP_AUTO_REGISTER_HSM_REPLACE_KEYS = '1' }
        Get-Content "$target/etc/sota/hsm" | Should -Be @('HSM_MODULE="/usr/lib/libckteec.so.0"', 'HSM_REPLACE_KEYS="1"')
    }

    It 'takes a PowerShell from elsewhere, and then brings no host' {
        $target = Get-Installed elsewhere @{ PACKAGECONFIG = 'pwsh' }
        Test-Path "$target/usr/lib/autoregister/host" | Should -BeFalse
        Get-Content "$target/usr/lib/autoregister/pwsh" | Should -Contain 'exec /usr/bin/pwsh "$@"'
    }

    It 'turns production on' {
        $target = Get-Installed production @{ PACKAGECONFIG = 'host production' }
        Get-Content "$target/usr/lib/systemd/system/lmp-device-auto-register.service.d/production.conf" -Raw | Should -Match 'Environment=PRODUCTION=1'
    }

    It 'leaves no placeholder' {
        $target = Get-Installed filled @{ LMP_AUTO_REGISTER_USE_HOSTNAME = '1' }
        $unit = Get-Content "$target/usr/lib/systemd/system/lmp-device-auto-register.service" -Raw
        $unit | Should -Not -Match '@@'
        $unit | Should -Match '(?m)^Environment=USE_HOSTNAME=1$'
        Get-Content "$target/usr/bin/lmp-device-auto-register" -Raw | Should -Not -Match '@@'
    }

    It 'is built under the name that the guide adds to the image' {
        $line = Get-GuideCommand 'CORE_IMAGE_BASE_INSTALL += "lmp-device-auto-register"'
        $name = [regex]::Match($line, '"(.+)"').Groups[1].Value
        Join-Top module yocto meta-autoregister recipes-support $name "$name.bb" | Should -Exist
    }

    It 'has the unit start the script that the documentation names, and the script start the registration' {
        $target = Get-Installed started @{}
        $starts = @(Get-Content "$target/usr/lib/systemd/system/lmp-device-auto-register.service" | Where-Object { $_ -clike 'ExecStart=*' })
        $starts | Should -Be 'ExecStart=/usr/bin/lmp-device-auto-register'
        $script = Get-Content "$target/usr/bin/lmp-device-auto-register" -Raw
        $script | Should -Match '/usr/lib/autoregister/pwsh .* -File (\S+)'
        "$target$([regex]::Match($script, '-File (\S+)').Groups[1].Value)" | Should -Exist
    }

    It 'takes <File> of a layer of one''s own, where the line of the guide makes BitBake look first' -ForEach @(
        @{ File = 'api-token'; Installed = 'etc/lmp-device-register-token'; Mode = '-rw-------' }
        @{ File = 'lmp-device-auto-register.service'; Installed = 'usr/lib/systemd/system/lmp-device-auto-register.service'; Mode = '-rw-r--r--' }
        @{ File = 'lmp-device-auto-register.service.in'; Installed = 'usr/lib/systemd/system/lmp-device-auto-register.service'; Mode = '-rw-r--r--' }
        @{ File = 'lmp-device-auto-register'; Installed = 'usr/bin/lmp-device-auto-register'; Mode = '-rwxr-xr-x' }
    ) {
        $line = Get-GuideCommand 'FILESEXTRAPATHS:prepend := "${THISDIR}/${PN}:"'
        $layer = "$TestDrive/layer/recipes-support/lmp-device-auto-register"
        $place = [regex]::Match($line, '"(.+):"').Groups[1].Value.Replace('${THISDIR}', $layer).Replace('${PN}', 'lmp-device-auto-register')
        $null = New-Item -ItemType Directory $place -Force
        Set-Content "$place/$File" 'of my own: @@LMP_AUTO_REGISTER_USE_HOSTNAME@@'
        # What BitBake's unpacking does with it; the rest of the recipe's files follow.
        Copy-Item "$place/$File" "$unpacked/$File"
        try {
            $target = Get-Installed "own-$File" @{ LMP_AUTO_REGISTER_USE_HOSTNAME = '1' }
        }
        finally {
            Get-ChildItem $unpacked -File | Remove-Item
        }

        $filled = if ($File -eq 'api-token') { '@@LMP_AUTO_REGISTER_USE_HOSTNAME@@' } else { '1' }
        Get-Content "$target/$Installed" -Raw | Should -BeExactly "of my own: $filled`n"
        (Get-Item "$target/$Installed").UnixMode | Should -Be $Mode
    }

    It 'has the three files of meta-lmp''s recipe among its sources, under their names' {
        $recipe = Read-Recipe -Path (Join-Top module yocto meta-autoregister recipes-support lmp-device-auto-register lmp-device-auto-register.bb)
        foreach ($name in 'api-token', 'lmp-device-auto-register', 'lmp-device-auto-register.service') {
            $recipe.Variables['SRC_URI'].Split(' ') | Should -Contain "file://$name"
        }
    }

    It 'gives every service of the OTA client the way to the TPM and the store in which the unit makes its token' {
        $target = Get-Installed tpm @{ LMP_AUTO_REGISTER_HSM_KIND = 'tpm2' }
        $units = "$target/usr/lib/systemd/system"
        $given = (Select-String -Path "$units/lmp-device-auto-register.service.d/hsm-tpm2.conf" -Pattern '^Environment=').Line
        $given -match 'TPM2_PKCS11_(TCTI|STORE)=' | Should -HaveCount 2
        foreach ($service in 'aktualizr-lite', 'fioconfig', 'fioconfig-extract') {
            $given | Should -BeIn (Get-Content -Path "$units/$service.service.d/hsm-tpm2-client.conf")
        }
    }

    It 'refuses a recipe it does not understand' {
        Set-Content "$TestDrive/odd.bb" "python do_odd() {`n}"
        { Read-Recipe -Path "$TestDrive/odd.bb" } | Should -Throw -ExpectedMessage '*not understood: python do_odd*'
    }
}

Describe 'The command lmp-device-register' {
    BeforeAll {
        # As installed, but below a directory: what it starts is this build's.
        $target = Join-Path $TestDrive command
        $null = New-Item -ItemType Directory (Join-Path $TestDrive command-source)
        Install-Recipe -Name lmp-device-register -Unpacked (Join-Path $TestDrive command-source) -Destination $target -Runtime linux-x64 -Variable @{ libdir = $target }
        $null = New-Item -ItemType Directory (Join-Path $target autoregister)
        $null = New-Item -ItemType SymbolicLink "$target/autoregister/AutoRegister" -Target (Get-RigPath Module)
        $null = New-Item -ItemType SymbolicLink "$target/autoregister/pwsh" -Target (Get-RigPath Shell)
        $command = "$target/usr/bin/lmp-device-register"
    }

    It 'is one file that everybody may run' {
        Get-ChildItem (Join-Path $target usr) -Recurse -File | ForEach-Object UnixMode | Should -Be '-rwxr-xr-x'
    }

    It 'prints its usage for --help and ends with 255, as upstream' {
        $run = Invoke-RigProcess $command @('--help')
        $run.ExitCode | Should -Be 255
        $run.Output | Should -Match 'lmp-device-register options:'
    }

    It 'hands its options on as they are' {
        $run = Invoke-RigProcess $command @('--validate-uuid', 'a  b')
        $run.ExitCode | Should -Be 255
        $run.Output | Should -Match "^ERROR: .*'a  b'"
    }
}
