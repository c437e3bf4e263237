# What devices, image builds and galleries take: payloads, Debian packages, a module package, the Yocto layer, bills of materials
# and checksums. The same sources give the same bytes.

. ([System.IO.Path]::Combine($PSScriptRoot, 'Recipe.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'BillOfMaterials.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'DebianPackage.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'ModulePackage.ps1'))

$Manifest = [System.Management.Automation.Language.Parser]::ParseFile((Join-Top AutoRegister.psd1), [ref] $null, [ref] $null).
Find({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $false).SafeGetValue()
$Version = $Manifest.ModuleVersion
$ReleaseDate = $Manifest.PrivateData.PSData.ReleaseDate
# Every file in an archive is of this moment.
$ReleaseStamp = [DateTimeOffset]::new([datetime]::ParseExact($ReleaseDate, 'yyyy-MM-dd', $null), [TimeSpan]::Zero)
$Package = Join-Top out package
$Architecture = [ordered]@{ 'linux-x64' = 'amd64'; 'linux-arm64' = 'arm64' }

function Publish-Package {
    [CmdletBinding()]
    param()

    if ([System.IO.Directory]::Exists($Package)) {
        [System.IO.Directory]::Delete($Package, $true)
    }

    Write-Host 'Packing the module'
    $module = [System.IO.Path]::Combine($Package, 'stage', 'AutoRegister')
    Publish-ModuleFolder $module
    Publish-ModulePackage $module
    foreach ($runtime in $Architecture.Keys) {
        Write-Host "Packing for $runtime"
        $payload = Publish-Payload -Runtime $runtime -HelpFrom $module
        Compress-Payload $payload
        Publish-DebianPackage $payload $runtime
    }

    Publish-DebianCommand
    Publish-Layer
    Write-Checksum
    foreach ($file in (Get-PackageFile)) {
        Write-Host ('{0,8:n1} MB  {1}' -f ([System.IO.FileInfo]::new($file).Length / 1000000), [System.IO.Path]::GetRelativePath($Top, $file))
    }
}

# The self-contained host, the module and what is in both, in one folder.
function Publish-Payload {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Runtime,
        [Parameter(Mandatory)] [string] $HelpFrom
    )

    $payload = [System.IO.Path]::Combine($Package, 'stage', "autoregister-$Version-$Runtime")
    Publish-ModuleFolder "$payload/AutoRegister" $Runtime -HelpFrom $HelpFrom
    Publish-DeviceHost "$payload/host" $Runtime
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
        [System.IO.File]::SetUnixFileMode($file, $(if ($file.EndsWith('/host/pwsh')) { $run } else { $plain }))
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

# The layer with the payloads where its recipe looks for them.
function Publish-Layer {
    [CmdletBinding()]
    param()

    Copy-Item (Join-Top module yocto meta-autoregister) $Package -Recurse
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
