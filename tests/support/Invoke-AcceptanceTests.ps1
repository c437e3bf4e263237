<#
.SYNOPSIS
Runs the acceptance tests: with Pester where there is one, else with the runner beside this file.

.DESCRIPTION
Ends with a line "N passed, N failed, N skipped". The exit code is 1 when anything failed, when a file could not
be read, when a test uses something the runner does not support, and when no test was found; otherwise 0.

.PARAMETER Path
Test files, or directories whose *.Tests.ps1 files are run. Wildcards are allowed. Default: the tests directory.

.PARAMETER ResultPath
Where to write the results as JUnit XML.

.PARAMETER FullName
Runs only what has such a name: the names of blocks and test joined with dots, with wildcards.

.PARAMETER Tag
Runs only what has such a tag.

.PARAMETER ExcludeTag
Leaves out what has such a tag.

.PARAMETER NoPester
Uses the runner beside this file even where there is a Pester.
#>
[CmdletBinding()]
param(
    [string[]] $Path,
    [string] $ResultPath,
    [string[]] $FullName = @(),
    [string[]] $Tag = @(),
    [string[]] $ExcludeTag = @(),
    [switch] $NoPester
)

# Whatever goes wrong outside of the tests must not look like success.
trap {
    [System.Console]::Error.WriteLine("$($_.Exception.Message)`n$($_.ScriptStackTrace)")
    exit 1
}

# Tests run in a scope below this one. No parameter of this script is to be seen there, and nothing else is set.
# Dot-sourced, because only then the engine keeps variables whose options can be changed.
. {
    'Path', 'ResultPath', 'FullName', 'Tag', 'ExcludeTag', 'NoPester' |
        ForEach-Object { $ExecutionContext.SessionState.PSVariable.Get($_).Options = 'Private' }
}

Import-Module -Name $PSScriptRoot/AcceptanceFiles.psm1
Import-Module -Name $PSScriptRoot/RealPester.psm1

if (-not $NoPester -and (Import-RealPester)) {
    exit [int](-not (Invoke-RealPester -File @(Get-AcceptanceFile $Path) -ResultPath $ResultPath -FullName $FullName `
                -Tag $Tag -ExcludeTag $ExcludeTag -InvokePester { Invoke-Pester -Configuration $args[0] }))
}

Import-Module -Name $PSScriptRoot/AcceptanceRunner
exit [int](-not (Invoke-AcceptanceRun -File @(Get-AcceptanceFile $Path) -ResultPath $ResultPath -FullName $FullName `
            -Tag $Tag -ExcludeTag $ExcludeTag -UserScope (& $PSScriptRoot/AcceptanceRunner/UserScope.ps1)).IsSuccess)
