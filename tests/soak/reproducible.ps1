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
Import-Module (Join-Path $PSScriptRoot '../support/ProcessRig.psm1')
$top = Convert-Path "$PSScriptRoot/../.."
$work = [System.IO.Directory]::CreateTempSubdirectory('reproducible-').FullName

# Packs a clone of what is committed here; returns the SHA-256 of each file by name.
function Get-PackedHash([string] $Clone) {
    Write-Host "Packing in $Clone"
    $null = Invoke-RigChecked git @('clone', '--quiet', $top, $Clone)
    $null = Invoke-RigChecked "$Clone/build.sh" @('package')
    $hashes = [ordered]@{}
    foreach ($file in Get-ChildItem "$Clone/out/package" -File) {
        $hashes[$file.Name] = (Get-FileHash $file).Hash.ToLowerInvariant()
    }

    $hashes
}

$failed = $false
try {
    $first = Get-PackedHash "$work/a"
    $second = Get-PackedHash "$work/another-directory-with-a-longer-name/b"
    foreach ($name in @($first.Keys) + @($second.Keys) | Sort-Object -Unique) {
        $same = $first[$name] -and $first[$name] -eq $second[$name]
        $failed = $failed -or -not $same
        Write-Host ('{0}  {1,-50} {2}' -f $(if ($same) { 'same  ' } else { 'DIFFER' }), $name, $first[$name])
    }

    $failed = $failed -or $first.Count -eq 0
}
finally {
    Remove-Item $work -Recurse -Force
}

Write-Host ($failed ? 'FAILED' : 'passed')
exit [int] $failed
