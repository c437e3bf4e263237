# A module package as the PowerShell Gallery has them, installable from a folder too.

# The module must have no code for one architecture only.
function Publish-ModulePackage {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Module)

    Copy-Item (Join-Top LICENSE) "$Module/LICENSE"
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
    <projectUrl>$(& $escape $Manifest.PrivateData.PSData.ProjectUri)</projectUrl>
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
$(@('nuspec', 'psd1', 'psm1', 'ps1', 'ps1xml', 'dll', 'xml', 'txt', 'conf', 'in', 'sh' | ForEach-Object { "  <Default Extension=`"$_`" ContentType=`"application/octet`" />`n" }) -join '')  <Override PartName="/LICENSE" ContentType="application/octet" />
</Types>

"@
    }

    $stream = [System.IO.File]::Create("$Package/AutoRegister.$Version.nupkg")
    $archive = [System.IO.Compression.ZipArchive]::new($stream, 'Create')
    try {
        foreach ($name in $parts.Keys) {
            Add-ArchiveEntry -Archive $archive -Name $name -Content ([System.Text.Encoding]::UTF8.GetBytes($parts[$name]))
        }

        $files = [string[]] (Get-ChildItem $Module -File -Recurse)
        [Array]::Sort($files, [StringComparer]::Ordinal)
        foreach ($file in $files) {
            Add-ArchiveEntry -Archive $archive -Name ([System.IO.Path]::GetRelativePath($Module, $file)) -Content ([System.IO.File]::ReadAllBytes($file))
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
        [Parameter(Mandatory, Position = 2)] [AllowEmptyCollection()] [byte[]] $Content
    )

    $entry = $Archive.CreateEntry($Name, 'SmallestSize')
    $entry.LastWriteTime = $ReleaseStamp
    $target = $entry.Open()
    try {
        $target.Write($Content, 0, $Content.Length)
    }
    finally {
        $target.Dispose()
    }
}
