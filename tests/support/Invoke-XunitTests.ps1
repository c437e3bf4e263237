#requires -Version 7.6
<#
.SYNOPSIS
    Builds the xunit projects and runs them. The exit code is that of 'dotnet test'.
#>
[CmdletBinding()]
param(
    # The folder for the results, one .trx file for each project.
    [Parameter(Mandatory)] [string] $ResultPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot '../../tools/Common.ps1')
. (Join-Path $PSScriptRoot '../../tools/Build.ps1')

$programs = foreach ($name in 'AutoRegister.Core.Tests', 'AutoRegister.Factory.Tests') {
    Build-TestProgram tests/$name $name
    Join-Top out test $name "$name.dll"
}

# The soak of the factory server is started by its name alone.
dotnet test @programs --nologo --filter 'Takes!=soak' --logger trx --results-directory $ResultPath
exit $LASTEXITCODE
