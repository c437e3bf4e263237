<#
.SYNOPSIS
    Packs twice, from two clones in different directories, and compares every file byte for byte.
.DESCRIPTION
    What is packed is what is committed. Prints one line a file with its SHA-256 and ends with "passed" or "FAILED" and the exit
    code 0 or 1.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, '..', 'support', 'ProcessRig.psm1'))
$top = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
$work = [System.IO.Directory]::CreateTempSubdirectory('reproducible-').FullName

# Packs a clone of what is committed here; returns the SHA-256 of each file by name.
function Get-PackedHash([string] $Clone) {
    [Console]::Out.WriteLine("Packing in $Clone")
    $null = Invoke-RigChecked git @('clone', '--quiet', $top, $Clone)
    $null = Invoke-RigChecked "$Clone/build.sh" @('package')
    $hashes = [ordered]@{}
    $files = [string[]] [System.IO.Directory]::GetFiles("$Clone/out/package")
    [array]::Sort($files, [StringComparer]::Ordinal)
    foreach ($file in $files) {
        $stream = [System.IO.File]::OpenRead($file)
        $hashes[[System.IO.Path]::GetFileName($file)] = [Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData($stream))
        $stream.Dispose()
    }

    $hashes
}

$failed = $false
try {
    $first = Get-PackedHash "$work/a"
    $second = Get-PackedHash "$work/another-directory-with-a-longer-name/b"
    $names = [string[]] [System.Collections.Generic.HashSet[string]]::new([string[]] (@($first.Keys) + @($second.Keys)))
    foreach ($name in $names) {
        $same = $first[$name] -and $first[$name] -eq $second[$name]
        $failed = $failed -or -not $same
        [Console]::Out.WriteLine(('{0}  {1,-50} {2}' -f $(if ($same) { 'same  ' } else { 'DIFFER' }), $name, $first[$name]))
    }

    $failed = $failed -or $first.Count -eq 0
}
finally {
    [System.IO.Directory]::Delete($work, $true)
}

[Console]::Out.WriteLine($(if ($failed) { 'FAILED' } else { 'passed' }))
exit [int] $failed
