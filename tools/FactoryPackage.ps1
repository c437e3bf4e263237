# The Debian package of the factory server: lmp-factory with the runtime it needs, its unit and its user.

function Publish-FactoryPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Runtime)

    $stage = Join-Path $Package "stage/lmp-factory-$Runtime"
    $document = "$stage/usr/share/doc/lmp-factory"
    Remove-Folder $stage
    $null = New-Item -ItemType Directory -Force "$stage/DEBIAN", "$stage/usr/bin", "$stage/usr/lib/systemd/system", "$stage/usr/lib/sysusers.d",
        "$stage/usr/lib/tmpfiles.d", "$document/examples"
    Invoke-Native dotnet @(
        'publish', (Join-Top src AutoRegister.Factory), '-c', 'Release', '-r', $Runtime, '--self-contained', 'true', '-p:DebugType=none'
        '-o', "$stage/usr/lib/lmp-factory", '-v', 'quiet')
    Get-ChildItem "$stage/usr/lib/lmp-factory" -Include '*.xml', '*.pdb' -Recurse | Remove-Item
    $source = Join-Top module factory
    Copy-Item "$source/lmp-factory.service" "$stage/usr/lib/systemd/system"
    Copy-Item "$source/lmp-factory.sysusers" "$stage/usr/lib/sysusers.d/lmp-factory.conf"
    Copy-Item "$source/lmp-factory.tmpfiles" "$stage/usr/lib/tmpfiles.d/lmp-factory.conf"
    Copy-Item "$source/factory.json" "$document/examples"
    Copy-Item (Join-Top docs factory-server.md) $document
    $restored = @(Get-ShippedPackage -Payload "$stage/usr/lib/lmp-factory" -Runtime $Runtime -Project AutoRegister.Factory)
    Write-Notice -Path "$document/notices" -Restored $restored
    Get-Content (Join-Top LICENSE), "$document/notices" | Set-Content "$document/copyright"
    Remove-Item "$document/notices"
    $null = New-Item -ItemType SymbolicLink -Path "$stage/usr/bin/lmp-factory" -Target ../lib/lmp-factory/lmp-factory
    Invoke-Native find @($stage, '-type', 'd', '-exec', 'chmod', '755', '{}', '+')
    Invoke-Native find @($stage, '-type', 'f', '-exec', 'chmod', '644', '{}', '+')
    Invoke-Native chmod @('755', "$stage/usr/lib/lmp-factory/lmp-factory")
    $bill = "$Package/lmp-factory-$Version-$Runtime.cdx.json"
    Write-BillOfMaterial -Path $bill -Payload "$stage/usr/lib/lmp-factory" -Restored $restored -Runtime $Runtime -Version $Version -Date $ReleaseDate -Name lmp-factory
    Copy-Item $bill "$document/sbom.cdx.json"
    Invoke-Native chmod @('644', "$document/sbom.cdx.json")

    $size = (Get-ChildItem $stage -File -Recurse | Measure-Object Length -Sum).Sum
    Set-Content "$stage/DEBIAN/control" @"
Package: lmp-factory
Version: $Version
Architecture: $($Architecture[$Runtime])
Maintainer: $Maintainer
Installed-Size: $([long] [Math]::Ceiling($size / 1024))
Depends: ca-certificates, libc6 (>= 2.27), libgcc-s1, libssl3, libstdc++6, systemd
Suggests: postgresql
Section: admin
Priority: optional
Description: registers devices of a Foundries.io factory in production
 A registration server with a device CA of its own, in a file or in an HSM,
 a ledger in SQLite or PostgreSQL, an audit, and a screen for the line.
"@
    # It is not started: without a configuration, which nobody but its owner can write, there is nothing to start.
    Set-Content "$stage/DEBIAN/postinst" @'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
	systemd-sysusers lmp-factory.conf
	systemd-tmpfiles --create lmp-factory.conf
	if [ -d /run/systemd/system ]; then
		systemctl --system daemon-reload >/dev/null || true
		# A new version of a server that runs takes its place.
		systemctl try-restart lmp-factory.service >/dev/null || true
	fi
fi
'@
    Set-Content "$stage/DEBIAN/prerm" @'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl stop lmp-factory.service >/dev/null || true
fi
'@
    # A purge leaves /etc/lmp-factory and /var/lib/lmp-factory: keys and the ledger are nothing that a package removes.
    Set-Content "$stage/DEBIAN/postrm" @'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
fi
'@
    Invoke-Native chmod @('755', "$stage/DEBIAN/postinst", "$stage/DEBIAN/prerm", "$stage/DEBIAN/postrm")
    Invoke-DebianBuild $stage "lmp-factory_${Version}_$($Architecture[$Runtime]).deb"
}
