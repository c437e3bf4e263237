#requires -Version 7.6
<#
.SYNOPSIS
    Runs the acceptance tests with Pester. The last line is "N passed, N failed, N skipped".
.DESCRIPTION
    The exit code is 1 when anything failed, when a file could not be read, and when no test was found; otherwise 0.
#>
[CmdletBinding()]
param(
    # The folder of Pester; the one that is pinned when not given.
    [string] $Pester,

    # Test files, or folders with them. Wildcards are allowed.
    [string[]] $Path = (Split-Path -Parent $PSScriptRoot),

    # Only what has such a name: the names of blocks and test, joined with dots. Wildcards are allowed.
    [string[]] $FullName = @(),

    [string[]] $Tag = @(),

    [string[]] $ExcludeTag = @(),

    # Where to write the results as JUnit XML.
    [string] $ResultPath
)

$ErrorActionPreference = 'Stop'

if (-not $Pester) {
    . (Join-Path $PSScriptRoot '../../tools/Common.ps1')
    . (Join-Path $PSScriptRoot '../../tools/Build.ps1')
    $Pester = Get-PesterFolder
}

Import-Module (Join-Path $Pester 'Pester.psd1')
$configuration = New-PesterConfiguration @{
    Run    = @{ Path = $Path; PassThru = $true }
    Filter = @{ FullName = $FullName; Tag = $Tag; ExcludeTag = $ExcludeTag }
    Output = @{ Verbosity = 'Detailed'; RenderMode = 'Plaintext' }
}
if ($ResultPath) {
    $configuration.TestResult = @{ Enabled = $true; OutputPath = $ResultPath; OutputFormat = 'JUnitXml' }
}

$run = Invoke-Pester -Configuration $configuration
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
$skipped = $run.SkippedCount + $run.InconclusiveCount
Write-Host "$($run.PassedCount) passed, $failed failed, $skipped skipped"
exit [int] ($failed -gt 0 -or $run.PassedCount + $skipped -eq 0)
