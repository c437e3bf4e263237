# What devices, image builds and galleries take: payloads, Debian packages, a module package, the Yocto layer, bills of materials
# and checksums. The same sources give the same bytes.

. ([System.IO.Path]::Combine($PSScriptRoot, 'Recipe.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'BillOfMaterials.ps1'))

$Manifest = [System.Management.Automation.Language.Parser]::ParseFile((Join-Top AutoRegister.psd1), [ref] $null, [ref] $null).
Find({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $false).SafeGetValue()
$Version = $Manifest.ModuleVersion
$ReleaseDate = $Manifest.PrivateData.PSData.ReleaseDate
$Package = Join-Top out package
$Architecture = [ordered]@{ 'linux-x64' = 'amd64'; 'linux-arm64' = 'arm64' }

function Publish-Package {
    [CmdletBinding()]
    param()

    if ([System.IO.Directory]::Exists($Package)) {
        [System.IO.Directory]::Delete($Package, $true)
    }

    foreach ($runtime in $Architecture.Keys) {
        Write-Line "Packing for $runtime"
        $payload = Publish-Payload $runtime
        Compress-Payload $payload
        Publish-DebianPackage $payload $runtime
    }

    Write-Line 'Packing the module and the layer'
    Publish-ModulePackage
    Publish-Layer
    Write-Checksum
    foreach ($file in (Get-PackageFile)) {
        Write-Line ('{0,8:n1} MB  {1}' -f ([System.IO.FileInfo]::new($file).Length / 1000000), [System.IO.Path]::GetRelativePath($Top, $file))
    }
}

# The self-contained host, the module and what is in both, in one folder.
function Publish-Payload {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [string] $Runtime)

    $payload = [System.IO.Path]::Combine($Package, 'stage', "autoregister-$Version-$Runtime")
    Publish-Module "$payload/AutoRegister" $Runtime
    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Host), '-c', 'Release', '-r', $Runtime, '-o', "$payload/host", '-v', 'quiet')
    [System.IO.File]::Copy((Join-Top LICENSE), "$payload/LICENSE")
    Protect-Payload $payload
    Write-BillOfMaterial -Path "$payload/sbom.cdx.json" -Payload $payload -Runtime $Runtime -Version $Version -Date $ReleaseDate
    [System.IO.File]::Copy("$payload/sbom.cdx.json", "$Package/autoregister-$Version-$Runtime.cdx.json")
    $payload
}

# Packages of other makers come with modes that say nothing: a program may be run, nothing else.
function Protect-Payload {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    $plain = [System.IO.UnixFileMode]'UserRead, UserWrite, GroupRead, OtherRead'
    $run = [System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute'
    foreach ($folder in @($Path) + @([System.IO.Directory]::GetDirectories($Path, '*', 'AllDirectories') | ForEach-Object { $_ })) {
        [System.IO.File]::SetUnixFileMode($folder, $run)
    }

    foreach ($file in [System.IO.Directory]::GetFiles($Path, '*', 'AllDirectories')) {
        [System.IO.File]::SetUnixFileMode($file, $(if ($file.EndsWith('/host/lmp-pwsh')) { $run } else { $plain }))
    }
}

function Compress-Payload {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Folder)

    $name = [System.IO.Path]::GetFileName($Folder)
    Invoke-Native tar @(
        '--create', '--file', "$Package/$name.tar", '--directory', [System.IO.Path]::GetDirectoryName($Folder), '--format', 'ustar'
        '--sort', 'name', '--owner', '0', '--group', '0', '--numeric-owner', '--mtime', "$ReleaseDate 00:00:00Z", $name)
    Invoke-Native xz @('--threads=1', '-9', "$Package/$name.tar")
}

# For devices that are not Yocto: the same files, but no token file, which a package must not bring or remove.
function Publish-DebianPackage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Payload,
        [Parameter(Mandatory, Position = 1)] [string] $Runtime
    )

    $stage = [System.IO.Path]::Combine($Package, 'stage', "debian-$Runtime")
    Install-Recipe -Unpacked ([System.IO.Path]::GetDirectoryName($Payload)) -Destination $stage -Runtime $Runtime
    [System.IO.Directory]::Delete("$stage/etc", $true)
    # Debian 12 has systemd 252, which does not know these settings.
    [System.IO.File]::Delete("$stage/usr/lib/systemd/system/lmp-device-auto-register.service.d/restart-steps.conf")
    [System.IO.Directory]::Delete("$stage/usr/lib/systemd/system/lmp-device-auto-register.service.d")
    $null = [System.IO.Directory]::CreateDirectory("$stage/usr/share/doc/autoregister")
    [System.IO.File]::Copy((Join-Top LICENSE), "$stage/usr/share/doc/autoregister/copyright")
    [System.IO.File]::Copy("$Payload/sbom.cdx.json", "$stage/usr/share/doc/autoregister/sbom.cdx.json")

    $size = 0
    foreach ($file in [System.IO.Directory]::GetFiles($stage, '*', 'AllDirectories')) {
        $size += [System.IO.FileInfo]::new($file).Length
    }

    $null = [System.IO.Directory]::CreateDirectory("$stage/DEBIAN")
    [System.IO.File]::WriteAllText("$stage/DEBIAN/control", @"
Package: autoregister
Version: $Version
Architecture: $($Architecture[$Runtime])
Maintainer: AutoRegister contributors <autoregister@localhost>
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

"@)
    [System.IO.File]::WriteAllText("$stage/DEBIAN/postinst", @'
#!/bin/sh
# Enables the unit; it runs at the next boot, when token and configuration are there.
set -e
if [ "$1" = configure ] && command -v deb-systemd-helper >/dev/null; then
	deb-systemd-helper unmask lmp-device-auto-register.service >/dev/null || true
	if deb-systemd-helper --quiet was-enabled lmp-device-auto-register.service; then
		deb-systemd-helper enable lmp-device-auto-register.service >/dev/null
	fi
fi

'@)
    [System.IO.File]::WriteAllText("$stage/DEBIAN/postrm", @'
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

'@)
    foreach ($script in 'postinst', 'postrm') {
        [System.IO.File]::SetUnixFileMode("$stage/DEBIAN/$script", [System.IO.UnixFileMode]493)
    }

    $env:SOURCE_DATE_EPOCH = "$([DateTimeOffset]::new([datetime]::ParseExact($ReleaseDate, 'yyyy-MM-dd', $null), [TimeSpan]::Zero).ToUnixTimeSeconds())"
    Invoke-Native dpkg-deb @('--root-owner-group', '-Zxz', '--threads-max=1', '--build', $stage, "$Package/autoregister_${Version}_$($Architecture[$Runtime]).deb") -Quiet
}

# A package as the PowerShell Gallery has them: no code for one architecture only.
function Publish-ModulePackage {
    [CmdletBinding()]
    param()

    $module = [System.IO.Path]::Combine($Package, 'stage', 'AutoRegister')
    Publish-Module $module
    [System.IO.File]::Copy((Join-Top LICENSE), "$module/LICENSE", $true)
    $escape = { [System.Security.SecurityElement]::Escape($args[0]) }
    $tags = @('PSModule') + @($Manifest.PrivateData.PSData.Tags) + @($Manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }) + 'PSIncludes_Cmdlet'
    $parts = [ordered]@{
        'AutoRegister.nuspec'   = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>AutoRegister</id>
    <version>$Version</version>
    <authors>$(& $escape $Manifest.Author)</authors>
    <owners>$(& $escape $Manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <licenseUrl>$(& $escape $Manifest.PrivateData.PSData.LicenseUri)</licenseUrl>
    <description>$(& $escape $Manifest.Description)</description>
    <releaseNotes>$(& $escape $Manifest.PrivateData.PSData.ReleaseNotes)</releaseNotes>
    <copyright>$(& $escape $Manifest.Copyright)</copyright>
    <tags>$($tags -join ' ')</tags>
  </metadata>
</package>

"@
        '_rels/.rels'           = @'
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/AutoRegister.nuspec" Id="R1" />
</Relationships>

'@
        '[Content_Types].xml'   = @"
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
$(@('nuspec', 'psd1', 'psm1', 'ps1', 'ps1xml', 'dll', 'xml', 'txt', 'conf', 'in' | ForEach-Object { "  <Default Extension=`"$_`" ContentType=`"application/octet`" />`n" }) -join '')  <Override PartName="/LICENSE" ContentType="application/octet" />
</Types>

"@
    }

    $stamp = [DateTimeOffset]::new([datetime]::ParseExact($ReleaseDate, 'yyyy-MM-dd', $null), [TimeSpan]::Zero)
    $stream = [System.IO.File]::Create("$Package/AutoRegister.$Version.nupkg")
    $archive = [System.IO.Compression.ZipArchive]::new($stream, 'Create')
    try {
        foreach ($name in $parts.Keys) {
            Add-ArchiveEntry -Archive $archive -Name $name -Content ([System.Text.Encoding]::UTF8.GetBytes($parts[$name])) -Stamp $stamp
        }

        $files = [string[]] [System.IO.Directory]::GetFiles($module, '*', 'AllDirectories')
        [Array]::Sort($files, [StringComparer]::Ordinal)
        foreach ($file in $files) {
            Add-ArchiveEntry -Archive $archive -Name ([System.IO.Path]::GetRelativePath($module, $file)) -Content ([System.IO.File]::ReadAllBytes($file)) -Stamp $stamp
        }
    }
    finally {
        $archive.Dispose()
        $stream.Dispose()
    }
}

function Add-ArchiveEntry {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [System.IO.Compression.ZipArchive] $Archive,
        [Parameter(Mandatory, Position = 1)] [string] $Name,
        [Parameter(Mandatory, Position = 2)] [AllowEmptyCollection()] [byte[]] $Content,
        [Parameter(Mandatory, Position = 3)] [DateTimeOffset] $Stamp
    )

    $entry = $Archive.CreateEntry($Name, 'SmallestSize')
    $entry.LastWriteTime = $Stamp
    $target = $entry.Open()
    try {
        $target.Write($Content, 0, $Content.Length)
    }
    finally {
        $target.Dispose()
    }
}

# The layer with the payloads where its recipe looks for them.
function Publish-Layer {
    [CmdletBinding()]
    param()

    Copy-Folder (Join-Top module yocto meta-autoregister) "$Package/meta-autoregister"
    foreach ($runtime in $Architecture.Keys) {
        $name = "autoregister-$Version-$runtime.tar.xz"
        [System.IO.File]::Copy("$Package/$name", "$Package/meta-autoregister/recipes-support/lmp-device-auto-register/lmp-device-auto-register/$name")
    }
}

function Get-PackageFile {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $files = [string[]] [System.IO.Directory]::GetFiles($Package)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    $files
}

function Write-Checksum {
    [CmdletBinding()]
    param()

    $lines = foreach ($file in @(Get-PackageFile)) {
        $stream = [System.IO.File]::OpenRead($file)
        try {
            "$([Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData($stream)))  $([System.IO.Path]::GetFileName($file))`n"
        }
        finally {
            $stream.Dispose()
        }
    }

    [System.IO.File]::WriteAllText("$Package/SHA256SUMS", -join $lines)
}
