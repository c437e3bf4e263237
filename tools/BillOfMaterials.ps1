# Writes a CycloneDX 1.6 bill of materials: every package that a file in the payload comes from, as the restore recorded it.

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
    $download = @{ "Microsoft.NETCore.App.Runtime.$Runtime" = 'libcoreclr.so'; PowerShell = 'Microsoft.PowerShell.PSReadLine.dll' }
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
    $specification = ([xml] (Get-Content "$($Restored.Folder)/*.nuspec" -Raw)).package.metadata
    $reference = "pkg:nuget/$($Restored.Name)@$($Restored.Version)"
    $component = [ordered]@{
        'type'    = 'library'
        'bom-ref' = $reference
        'name'    = [string] $Restored.Name
        'version' = [string] $Restored.Version
        'hashes'  = @([ordered]@{ alg = 'SHA-512'; content = [Convert]::ToHexStringLower($digest) })
    }
    $license = $specification['license']
    $url = $specification['licenseUrl']
    if ($license -and $license.GetAttribute('type') -eq 'expression') {
        $component['licenses'] = @([ordered]@{ expression = [string] $license.InnerText })
    }
    elseif ($url) {
        $component['licenses'] = @([ordered]@{ license = [ordered]@{ name = 'see its page'; url = [string] $url.InnerText } })
    }

    $component['purl'] = $reference
    $component
}

function Write-BillOfMaterial {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Payload,
        [Parameter(Mandatory)] [string] $Runtime,
        [Parameter(Mandatory)] [string] $Version,
        [Parameter(Mandatory)] [string] $Date
    )

    $shipped = [System.Collections.Generic.HashSet[string]]::new([string[]] (Get-ChildItem $Payload -File -Recurse).Name)
    $found = [System.Collections.Generic.SortedDictionary[string, hashtable]]::new([StringComparer]::Ordinal)
    foreach ($project in 'AutoRegister.Host', 'AutoRegister.Cmdlets', 'AutoRegister.Loader') {
        foreach ($restored in @(Get-RestoredPackage -Project $project -Runtime $Runtime)) {
            if (@($restored.Files | Where-Object { $shipped.Contains($_) }).Count -gt 0) {
                $found["$($restored.Name)/$($restored.Version)"] = $restored
            }
        }
    }

    $components = @($found.Values | ForEach-Object { ConvertTo-Component $_ })
    [ordered]@{
        bomFormat    = 'CycloneDX'
        specVersion  = '1.6'
        version      = 1
        metadata     = [ordered]@{
            timestamp = "${Date}T00:00:00Z"
            component = [ordered]@{
                'type'       = 'application'
                'bom-ref'    = 'autoregister'
                'name'       = 'autoregister'
                'version'    = $Version
                'licenses'   = @([ordered]@{ license = [ordered]@{ id = 'MIT' } })
                'properties' = @([ordered]@{ name = 'runtime-identifier'; value = $Runtime })
            }
        }
        components   = $components
        dependencies = @([ordered]@{ ref = 'autoregister'; dependsOn = @($components | ForEach-Object { $_['bom-ref'] }) })
    } | ConvertTo-Json -Depth 10 | Set-Content $Path
}
