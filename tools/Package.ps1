# What devices, image builds and galleries take: payloads, Debian packages, a module package, the Yocto layer, bills of materials
# and checksums. The same sources give the same bytes.

. (Join-Path $PSScriptRoot 'Recipe.ps1')
. (Join-Path $PSScriptRoot 'BillOfMaterials.ps1')
. (Join-Path $PSScriptRoot 'Notices.ps1')
. (Join-Path $PSScriptRoot 'DebianPackage.ps1')
. (Join-Path $PSScriptRoot 'FactoryPackage.ps1')
. (Join-Path $PSScriptRoot 'ModulePackage.ps1')

$Manifest = Import-PowerShellDataFile (Join-Top AutoRegister.psd1)
$Version = $Manifest.ModuleVersion
$ReleaseDate = $Manifest.PrivateData.PSData.ReleaseDate
# Every file in an archive is of this moment.
$script:ReleaseStamp = [DateTimeOffset]::new([datetime]::ParseExact($ReleaseDate, 'yyyy-MM-dd', $null), [TimeSpan]::Zero)
# Whoever has a public home for this writes it into the manifest, once.
$script:Maintainer = "AutoRegister maintainers <maintainers@$(([uri] $Manifest.PrivateData.PSData.ProjectUri).Host)>"
$Package = Join-Top out package
$Architecture = [ordered]@{ 'linux-x64' = 'amd64'; 'linux-arm64' = 'arm64' }

function Publish-Package {
    [CmdletBinding()]
    param()

    Remove-Folder $Package
    Write-Host 'Packing the module'
    $module = Join-Path $Package 'stage/AutoRegister'
    Publish-ModuleFolder $module
    Publish-ModulePackage $module
    foreach ($runtime in $Architecture.Keys) {
        Write-Host "Packing for $runtime"
        $payload = Publish-Payload -Runtime $runtime -HelpFrom $module
        Compress-Payload $payload
        Publish-DebianPackage $payload $runtime
    }

    Publish-FactoryPackage linux-x64

    Publish-DebianCommand
    Publish-Layer
    Write-Checksum
    Get-PackageFile | ForEach-Object { Write-Host ('{0,8:n1} MB  {1}' -f ($_.Length / 1000000), (Resolve-Path $_ -Relative -RelativeBasePath $Top)) }
}

# The self-contained host, the module and what is in both, in one folder.
function Publish-Payload {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Runtime,
        [Parameter(Mandatory)] [string] $HelpFrom
    )

    $payload = Join-Path $Package "stage/autoregister-$Version-$Runtime"
    Publish-ModuleFolder "$payload/AutoRegister" $Runtime -HelpFrom $HelpFrom
    Publish-Host "$payload/host" $Runtime
    Copy-Item (Join-Top LICENSE) "$payload/LICENSE"
    $restored = @(Get-ShippedPackage -Payload $payload -Runtime $Runtime)
    Write-Notice -Path "$payload/THIRD-PARTY-NOTICES.txt" -Restored $restored
    Test-LicenseChecksum $payload
    Protect-Payload $payload
    Write-BillOfMaterial -Path "$payload/sbom.cdx.json" -Payload $payload -Restored $restored -Runtime $Runtime -Version $Version -Date $ReleaseDate
    Copy-Item "$payload/sbom.cdx.json" "$Package/autoregister-$Version-$Runtime.cdx.json"
    $payload
}

# BitBake builds nothing whose licences are others than those that the recipe names.
function Test-LicenseChecksum {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingBrokenHashAlgorithms', '', Justification = 'LIC_FILES_CHKSUM is an MD5: it notices a change, and proves nothing.')]
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Payload)

    $recipe = Join-Top module yocto meta-autoregister recipes-support lmp-device-auto-register lmp-device-auto-register.bb
    foreach ($name in 'LICENSE', 'THIRD-PARTY-NOTICES.txt') {
        $digest = (Get-FileHash -LiteralPath "$Payload/$name" -Algorithm MD5).Hash.ToLowerInvariant()
        if (-not (Select-String -LiteralPath $recipe -SimpleMatch "$name;md5=$digest" -Quiet)) {
            throw "$recipe has another checksum for $name in LIC_FILES_CHKSUM: look at what changed in it and in LICENSE, and write md5=$digest."
        }
    }
}

# Packages of other makers come with modes that say nothing: a program may be run, nothing else.
function Protect-Payload {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    Invoke-Native find @($Path, '-type', 'd', '-exec', 'chmod', '755', '{}', '+')
    Invoke-Native find @($Path, '-type', 'f', '-exec', 'chmod', '644', '{}', '+')
    Invoke-Native chmod @('755', "$Path/host/pwsh")
}

function Compress-Payload {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Folder)

    $name = Split-Path -Leaf $Folder
    Invoke-Native tar @(
        '--create', '--file', "$Package/$name.tar", '--directory', (Split-Path -Parent $Folder), '--format', 'ustar'
        '--sort', 'name', '--owner', '0', '--group', '0', '--numeric-owner', '--mtime', "$ReleaseDate 00:00:00Z", $name)
    Invoke-Native xz @('--threads=1', '-9', "$Package/$name.tar")
}

# The layer with the payloads where its recipes look for them.
function Publish-Layer {
    [CmdletBinding()]
    param()

    Copy-Item (Join-Top module yocto meta-autoregister) $Package -Recurse
    $null = New-Item -ItemType Directory "$Package/meta-autoregister/payload"
    Copy-Item "$Package/*.tar.xz" "$Package/meta-autoregister/payload"
}

function Get-PackageFile {
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param()

    # Not Sort-Object: the order must be the same in every culture.
    $files = [string[]] (Get-ChildItem $Package -File)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    Get-Item -LiteralPath $files
}

function Write-Checksum {
    [CmdletBinding()]
    param()

    Get-PackageFile | ForEach-Object { "$((Get-FileHash -LiteralPath $_).Hash.ToLowerInvariant())  $($_.Name)" } | Set-Content "$Package/SHA256SUMS"
}
