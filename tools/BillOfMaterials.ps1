# Writes a CycloneDX 1.6 bill of materials: every package that a file in the payload comes from, as the restore recorded it, and the
# digest of every file, as it is shipped: most were compiled after they came out of their package.

function Get-RestoredPackage {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Project,
        [Parameter(Mandatory)] [string] $Runtime
    )

    $assets = Get-Content (Join-Top src $Project obj project.assets.json) -Raw | ConvertFrom-Json -AsHashtable
    $folder = @($assets.packageFolders.Keys)[0]
    foreach ($entry in $assets.targets["net10.0/$Runtime"].GetEnumerator()) {
        if ($entry.Value.type -eq 'package') {
            $files = foreach ($kind in 'runtime', 'native') {
                if ($entry.Value[$kind]) {
                    $entry.Value[$kind].Keys | Split-Path -Leaf
                }
            }

            $name, $version = $entry.Key.Split('/')
            @{ Name = $name; Version = $version; Files = @($files); Folder = "$folder$($assets.libraries[$entry.Key].path)" }
        }
    }

    # The runtime, and the program whose modules the host takes, are no dependencies but downloads: a file of each says that it is there.
    $download = @{ "Microsoft.NETCore.App.Runtime.$Runtime" = 'libcoreclr.so'; "Microsoft.AspNetCore.App.Runtime.$Runtime" = 'Microsoft.AspNetCore.dll'; PowerShell = 'Microsoft.PowerShell.PSReadLine.dll' }
    foreach ($downloaded in $assets.project.frameworks['net10.0'].downloadDependencies | Where-Object { $download.ContainsKey($_.name) }) {
        $name = $downloaded.name
        $version = $downloaded.version.Trim('[', ']').Split(',')[0]
        @{ Name = $name; Version = $version; Files = @($download[$name]); Folder = "$folder$($name.ToLowerInvariant())/$version" }
    }
}

function ConvertTo-Component {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Restored)

    $lower = "$($Restored.Name).$($Restored.Version)".ToLowerInvariant()
    $digest = [Convert]::FromBase64String((Get-Content "$($Restored.Folder)/$lower.nupkg.sha512" -Raw).Trim())
    $reference = "pkg:nuget/$($Restored.Name)@$($Restored.Version)"
    [ordered]@{
        'type'     = 'library'
        'bom-ref'  = $reference
        'name'     = [string] $Restored.Name
        'version'  = [string] $Restored.Version
        'hashes'   = @([ordered]@{ alg = 'SHA-512'; content = [Convert]::ToHexStringLower($digest) })
        'licenses' = @([ordered]@{ expression = Get-PackageLicense $Restored })
        'purl'     = $reference
    }
}

# Every package that a file in the payload comes from, in the order of the names.
function Get-ShippedPackage {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Payload,
        [Parameter(Mandatory)] [string] $Runtime,
        [string[]] $Project = @('AutoRegister.Host', 'AutoRegister.Cmdlets', 'AutoRegister.Loader')
    )

    $shipped = [System.Collections.Generic.HashSet[string]]::new([string[]] (Get-ChildItem $Payload -File -Recurse).Name)
    $found = [System.Collections.Generic.SortedDictionary[string, hashtable]]::new([StringComparer]::Ordinal)
    foreach ($name in $Project) {
        foreach ($restored in @(Get-RestoredPackage -Project $name -Runtime $Runtime)) {
            if (@($restored.Files | Where-Object { $shipped.Contains($_) }).Count -gt 0) {
                $found["$($restored.Name)/$($restored.Version)"] = $restored
            }
        }
    }

    $found.Values
}

function Get-FileComponent {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory, Position = 0)] [string] $Payload)

    $files = [string[]] (Get-ChildItem $Payload -File -Recurse)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    foreach ($file in $files) {
        $name = [System.IO.Path]::GetRelativePath($Payload, $file)
        $digest = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLowerInvariant()
        [ordered]@{ 'type' = 'file'; 'bom-ref' = "file:$name"; 'name' = $name; 'hashes' = @([ordered]@{ alg = 'SHA-256'; content = $digest }) }
    }
}

function Write-BillOfMaterial {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Payload,
        [Parameter(Mandatory)] [hashtable[]] $Restored,
        [Parameter(Mandatory)] [string] $Runtime,
        [Parameter(Mandatory)] [string] $Version,
        [Parameter(Mandatory)] [string] $Date,
        [string] $Name = 'autoregister'
    )

    $components = @($Restored | ForEach-Object { ConvertTo-Component $_ })
    [ordered]@{
        bomFormat    = 'CycloneDX'
        specVersion  = '1.6'
        version      = 1
        metadata     = [ordered]@{
            timestamp = "${Date}T00:00:00Z"
            component = [ordered]@{
                'type'       = 'application'
                'bom-ref'    = $Name
                'name'       = $Name
                'version'    = $Version
                'licenses'   = @([ordered]@{ license = [ordered]@{ id = 'MIT' } })
                'properties' = @([ordered]@{ name = 'runtime-identifier'; value = $Runtime })
            }
        }
        components   = $components + @(Get-FileComponent $Payload)
        dependencies = @([ordered]@{ ref = $Name; dependsOn = @($components | ForEach-Object { $_['bom-ref'] }) })
    } | ConvertTo-Json -Depth 10 | Set-Content $Path
}
