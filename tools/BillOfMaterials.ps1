# Writes a CycloneDX 1.6 bill of materials: every package that a file in the payload comes from, as the restore recorded it.

function Get-RestoredPackage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Project,
        [Parameter(Mandatory)] [string] $Runtime
    )

    $assets = [System.Text.Json.Nodes.JsonNode]::Parse([System.IO.File]::ReadAllText((Join-Top src $Project obj project.assets.json)))
    $folder = @($assets['packageFolders'].AsObject() | ForEach-Object { $_.Key })[0]
    foreach ($entry in $assets['targets']["net10.0/$Runtime"].AsObject()) {
        if ("$($entry.Value['type'])" -eq 'package') {
            $files = foreach ($kind in 'runtime', 'native') {
                if ($entry.Value[$kind]) {
                    foreach ($file in $entry.Value[$kind].AsObject()) {
                        [System.IO.Path]::GetFileName($file.Key)
                    }
                }
            }

            $name, $version = $entry.Key.Split('/')
            @{ Name = $name; Version = $version; Files = @($files); Folder = "$folder$($assets['libraries'][$entry.Key]['path'])" }
        }
    }

    # The runtime itself is no dependency but a download.
    foreach ($download in $assets['project']['frameworks']['net10.0']['downloadDependencies'].AsArray()) {
        $name = "$($download['name'])"
        if ($name -eq "Microsoft.NETCore.App.Runtime.$Runtime") {
            $version = "$($download['version'])".Trim('[', ']').Split(',')[0]
            @{ Name = $name; Version = $version; Files = @('libcoreclr.so'); Folder = "$folder$($name.ToLowerInvariant())/$version" }
        }
    }
}

function ConvertTo-Component {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Restored)

    $lower = "$($Restored.Name).$($Restored.Version)".ToLowerInvariant()
    $digest = [Convert]::FromBase64String([System.IO.File]::ReadAllText("$($Restored.Folder)/$lower.nupkg.sha512").Trim())
    $specification = ([xml] [System.IO.File]::ReadAllText("$($Restored.Folder)/$($Restored.Name.ToLowerInvariant()).nuspec")).package.metadata
    $reference = "pkg:nuget/$($Restored.Name)@$($Restored.Version)"
    $component = [ordered]@{
        'type'    = 'library'
        'bom-ref' = $reference
        'name'    = [string] $Restored.Name
        'version' = [string] $Restored.Version
        'hashes'  = [object[]] @([ordered]@{ alg = 'SHA-512'; content = [Convert]::ToHexStringLower($digest) })
    }
    $license = $specification['license']
    $url = $specification['licenseUrl']
    if ($license -and $license.GetAttribute('type') -eq 'expression') {
        $component['licenses'] = [object[]] @([ordered]@{ expression = [string] $license.InnerText })
    }
    elseif ($url) {
        $component['licenses'] = [object[]] @([ordered]@{ license = [ordered]@{ name = 'see its page'; url = [string] $url.InnerText } })
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

    $shipped = [System.Collections.Generic.HashSet[string]]::new()
    foreach ($file in [System.IO.Directory]::GetFiles($Payload, '*', 'AllDirectories')) {
        $null = $shipped.Add([System.IO.Path]::GetFileName($file))
    }

    $found = [System.Collections.Generic.SortedDictionary[string, hashtable]]::new([StringComparer]::Ordinal)
    foreach ($project in 'AutoRegister.Host', 'AutoRegister.Cmdlets', 'AutoRegister.Loader') {
        foreach ($restored in @(Get-RestoredPackage -Project $project -Runtime $Runtime)) {
            if (@($restored.Files | Where-Object { $shipped.Contains($_) }).Count -gt 0) {
                $found["$($restored.Name)/$($restored.Version)"] = $restored
            }
        }
    }

    $components = [System.Collections.Generic.List[object]]::new()
    $references = [System.Collections.Generic.List[object]]::new()
    foreach ($restored in $found.Values) {
        $component = ConvertTo-Component $restored
        $components.Add($component)
        $references.Add($component['bom-ref'])
    }

    $document = [ordered]@{
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
                'licenses'   = [object[]] @([ordered]@{ license = [ordered]@{ id = 'MIT' } })
                'properties' = [object[]] @([ordered]@{ name = 'runtime-identifier'; value = $Runtime })
            }
        }
        components   = $components
        dependencies = [object[]] @([ordered]@{ ref = 'autoregister'; dependsOn = $references })
    }
    $options = [System.Text.Json.JsonSerializerOptions]::new([System.Text.Json.JsonSerializerDefaults]::General)
    $options.WriteIndented = $true
    $options.Encoder = [System.Text.Encodings.Web.JavaScriptEncoder]::UnsafeRelaxedJsonEscaping
    [System.IO.File]::WriteAllText($Path, [System.Text.Json.JsonSerializer]::Serialize($document, $document.GetType(), $options) + "`n")
}
