# Packages for devices that are not Yocto: the registration itself, and the command that takes lmp-device-register's place.

function Publish-DebianCommand {
    [CmdletBinding()]
    param()

    $stage = "$Package/stage/debian-command"
    $unpacked = "$Package/stage/command"
    $null = New-Item -ItemType Directory -Force $unpacked, "$stage/DEBIAN", "$stage/usr/share/doc/autoregister-lmp-device-register"
    Install-Recipe -Name lmp-device-register -Unpacked $unpacked -Destination $stage -Runtime linux-x64
    Copy-Item (Join-Top LICENSE) "$stage/usr/share/doc/autoregister-lmp-device-register/copyright"
    Set-Content "$stage/DEBIAN/control" @"
Package: autoregister-lmp-device-register
Version: $Version
Architecture: all
Maintainer: $Maintainer
Depends: autoregister (= $Version)
Provides: lmp-device-register
Conflicts: lmp-device-register
Replaces: lmp-device-register
Section: admin
Priority: optional
Description: registers a device with its factory by hand
 The command lmp-device-register with its options and exit codes. Without
 this package, another program of that name stays in place.
"@
    Invoke-DebianBuild $stage "autoregister-lmp-device-register_${Version}_all.deb"
}

function Invoke-DebianBuild {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Stage, [Parameter(Mandatory, Position = 1)] [string] $Name)

    $env:SOURCE_DATE_EPOCH = "$($ReleaseStamp.ToUnixTimeSeconds())"
    Invoke-Native dpkg-deb @('--root-owner-group', '-Zxz', '--threads-max=1', '--build', $Stage, (Join-Path $Package $Name)) -Quiet
}

# The same files as in an image, but no token file, which a package must not bring or remove.
function Publish-DebianPackage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Payload,
        [Parameter(Mandatory, Position = 1)] [string] $Runtime
    )

    $stage = Join-Path $Package "stage/debian-$Runtime"
    Install-Recipe -Unpacked (Split-Path -Parent $Payload) -Destination $stage -Runtime $Runtime
    Remove-Item "$stage/etc" -Recurse -Force
    # Debian 12 has systemd 252, which does not know these settings.
    Remove-Item "$stage/usr/lib/systemd/system/lmp-device-auto-register.service.d/restart-steps.conf"
    Remove-Item "$stage/usr/lib/systemd/system/lmp-device-auto-register.service.d"
    $null = New-Item -ItemType Directory "$stage/usr/share/doc/autoregister" -Force
    Get-Content "$Payload/LICENSE", "$Payload/THIRD-PARTY-NOTICES.txt" | Set-Content "$stage/usr/share/doc/autoregister/copyright"
    # For who has a token: one goes into lmp-device-auto-register.service.d below /etc/systemd/system, a -client one beside the OTA client's.
    $null = New-Item -ItemType Directory "$stage/usr/share/doc/autoregister/examples" -Force
    Copy-Item "$Payload/AutoRegister/device/hsm-*.conf" "$stage/usr/share/doc/autoregister/examples"
    Copy-Item "$Payload/sbom.cdx.json" "$stage/usr/share/doc/autoregister/sbom.cdx.json"

    $size = (Get-ChildItem $stage -File -Recurse | Measure-Object Length -Sum).Sum
    $null = New-Item -ItemType Directory "$stage/DEBIAN" -Force
    Set-Content "$stage/DEBIAN/control" @"
Package: autoregister
Version: $Version
Architecture: $($Architecture[$Runtime])
Maintainer: $Maintainer
Installed-Size: $([long] [Math]::Ceiling($size / 1024))
Depends: ca-certificates, libc6 (>= 2.27), libgcc-s1, libssl3, libstdc++6
Provides: lmp-device-auto-register
Conflicts: lmp-device-auto-register
Replaces: lmp-device-auto-register
Section: admin
Priority: optional
Description: registers a device with its factory on first boot
 Makes a device key in a PKCS#11 token, has its certificate signed by the
 factory, and puts the credentials of the OTA client in place.
"@
    Set-Content "$stage/DEBIAN/postinst" @'
#!/bin/sh
# Enables the unit; it runs at the next boot, when token and configuration are there.
set -e
if [ "$1" = configure ] && command -v deb-systemd-helper >/dev/null; then
	deb-systemd-helper unmask lmp-device-auto-register.service >/dev/null || true
	if deb-systemd-helper --quiet was-enabled lmp-device-auto-register.service; then
		deb-systemd-helper enable lmp-device-auto-register.service >/dev/null
	fi
fi
'@
    Set-Content "$stage/DEBIAN/postrm" @'
#!/bin/sh
set -e
if command -v deb-systemd-helper >/dev/null; then
	case $1 in
	remove) deb-systemd-helper mask lmp-device-auto-register.service >/dev/null ;;
	purge)
		deb-systemd-helper purge lmp-device-auto-register.service >/dev/null
		deb-systemd-helper unmask lmp-device-auto-register.service >/dev/null
		;;
	esac
fi
'@
    Invoke-Native chmod @('755', "$stage/DEBIAN/postinst", "$stage/DEBIAN/postrm")
    Invoke-DebianBuild $stage "autoregister_${Version}_$($Architecture[$Runtime]).deb"
}
