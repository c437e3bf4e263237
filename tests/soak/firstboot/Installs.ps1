# The packages for who has no Yocto: installed as they are, and then they register.

[ordered]@{
    'registers from the Debian package, which leaves no program behind' = {
        param($factory)
        $package = @(Get-ChildItem (Join-Top out package) -File -Filter "autoregister_*_$architecture.deb")[0]
        $device = Add-Device $factory -Lower $client, $base
        try {
            $name = 'autoregister_VERSION_ARCHITECTURE.deb'
            Copy-Item $package "$($device.Root)/root/$name"
            Enter-Device $device
            $null = Wait-DeviceUnit $device -Unit multi-user.target -Until { param($unit) $unit.ActiveState -eq 'active' } -Seconds $patience
            $run = Invoke-Device $device @('sh', '-c', "cd /root && $(Get-GuideCommand "dpkg --install $name")")
            Assert-That ($run.ExitCode -eq 0) "dpkg says: $($run.Output)$($run.Error)"
            Assert-That ((Invoke-Device $device systemctl is-enabled $unitName).Output.Trim() -eq 'enabled') 'The package did not enable the unit'
            Assert-That ((Test-Path "$($device.Root)/var/*") -and -not (Test-Path $device.Sota)) 'Installing already registered'
            Exit-Device $device
            Enter-Device $device
            Assert-Registered $device $factory
            $run = Invoke-Device $device dpkg --purge autoregister
            Assert-That ($run.ExitCode -eq 0) "dpkg says: $($run.Output)$($run.Error)"
            foreach ($left in 'usr/lib/autoregister', "usr/lib/systemd/system/$unitName", "etc/systemd/system/multi-user.target.wants/$unitName") {
                Assert-That (-not (Test-Path "$($device.Root)/$left")) "There is still /$left"
            }

            Assert-That (Test-Path "$($device.Sota)/sota.toml") 'The purge took the identity of the device'
        }
        finally {
            Dismount-Device $device
        }
    }
    'registers with the module package, imported by its name'          = {
        param($factory)
        $package = @(Get-ChildItem (Join-Top out package) -File -Filter 'AutoRegister.*.nupkg')[0]
        $version = $package.BaseName.Substring('AutoRegister.'.Length)
        $target = "$scratch/modules/AutoRegister/$version"
        [System.IO.Compression.ZipFile]::ExtractToDirectory($package, $target)
        # What an installation from a gallery leaves out.
        Remove-Item -LiteralPath "$target/_rels", "$target/[Content_Types].xml", "$target/AutoRegister.nuspec" -Recurse -Force

        $device = New-RigDevice -Path "$scratch/by-name" -Token $factory.Token
        $script = "Import-Module AutoRegister -RequiredVersion $version; `$null = Get-SotaConfig -Root '$($device.Root)' | New-HsmDeviceKey | Register-FoundriesDevice | Export-SotaCredentials; (Get-Module AutoRegister).ModuleBase"
        $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $script) `
            -Environment (Get-RigEnvironment $device -Factory $factory -Environment @{ PSModulePath = "$scratch/modules" })
        Assert-That ($run.ExitCode -eq 0 -and -not $run.Error) "It says: $($run.Error)"
        Assert-That ($run.Lines[-1] -eq $target) "Another module was imported: $($run.Output)"
        Assert-That (Test-Path "$($device.Sota)/sota.toml") 'There is no sota.toml'
    }
}
