# THIRD-PARTY-NOTICES.txt: which packages are shipped, under which licences, and the texts that go with them.

# The licence of a package as an SPDX expression. One that has only a file says so in the file's first lines.
function Get-PackageLicense {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Restored)

    $license = ([xml] (Get-Content "$($Restored.Folder)/*.nuspec" -Raw)).package.metadata['license']
    if ($license -and $license.GetAttribute('type') -eq 'expression') {
        return [string] $license.InnerText
    }

    if ($license -and (Get-Content (Join-Path $Restored.Folder $license.InnerText) -Raw) -match 'Apache License\s+Version 2\.0') {
        return 'Apache-2.0'
    }

    if ($license -and (Get-Content (Join-Path $Restored.Folder $license.InnerText) -Raw) -match 'SQLite is Public Domain') {
        # How SPDX calls what SQLite's authors put in the place of a licence.
        return 'blessing'
    }

    throw "What is the licence of $($Restored.Name)? Neither its .nuspec nor its files say so in a way that is understood here."
}

# The texts that a package brings; one that brings none has its licence's own text under its copyright.
function Get-PackageNotice {
    [CmdletBinding()]
    [OutputType([string], [object[]])]
    param([Parameter(Mandatory, Position = 0)] [hashtable] $Restored)

    # Of the whole program, only its modules are shipped.
    $places = if ($Restored.Name -eq 'PowerShell') { 'tools/net10.0/any/unix', 'tools/net10.0/any/unix/Modules/PSReadLine' } else { '' }
    $files = @($places | ForEach-Object { Get-ChildItem (Join-Path $Restored.Folder $_) -File | Sort-Object Name -Culture '' } |
            Where-Object Name -Match '^(LICENSE|NOTICE|THIRD-?PARTY-?NOTICES)')
    $texts = @($files | ForEach-Object { (Get-Content -LiteralPath $_ -Raw).Replace("`r", '').Trim() })
    if (@($files | Where-Object Name -Match '^LICENSE')) {
        return $texts
    }

    # Of several to choose from, the last: for CsvHelper that is Apache-2.0.
    $license = ((Get-PackageLicense $Restored) -split ' OR ')[-1]
    $text = if ($license -eq 'MIT') { Join-Top LICENSE } else { Join-Top tools licenses "$license.txt" }
    $copyright = ([xml] (Get-Content "$($Restored.Folder)/*.nuspec" -Raw)).package.metadata['copyright'].InnerText
    @([regex]::new('(?m)^Copyright.*$').Replace((Get-Content $text -Raw), ($copyright -replace '^(?!Copyright|\u00a9)', 'Copyright '), 1).Trim()) + $texts
}

function Write-Notice {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable[]] $Restored
    )

    # One text for all packages that have it, in the order of the packages.
    $texts = [ordered]@{}
    $lines = foreach ($package in $Restored) {
        # The same file for every architecture.
        $name = $package.Name -replace '\.linux-(x64|arm64)$'
        foreach ($text in Get-PackageNotice $package) {
            $texts[$text] = @($texts[$text] | Where-Object { $_ }) + "$name $($package.Version)"
        }

        "  $name $($package.Version): $(Get-PackageLicense $package)"
    }

    $parts = foreach ($text in $texts.Keys) {
        ('-' * 80) + "`n" + ($texts[$text] -join "`n") + "`n" + ('-' * 80) + "`n`n$text`n"
    }

    "AutoRegister ships these packages. Their licences and notices follow.`n`n$($lines -join "`n")`n`n$($parts -join "`n")" | Set-Content $Path -NoNewline
}
