#requires -Version 7.6
<#
.SYNOPSIS
    Builds AutoRegister and runs its demo and its tests.
.DESCRIPTION
    build    the module, the host and the local factory, into out/
    demo     registers a device from nothing and shows what happened
    test     the xunit projects and the acceptance tests
    package  what devices, image builds and galleries take, into out/package/
    bench    what a registration costs beside the bare host, and how many devices a second a factory line registers
    soak     NAME: a long test. crash kills a registration at every system call that leaves something behind; powercut
             cuts the power at 0 to 40 s after success; network makes networks fail for a while; firstboot boots a device
             in a container; line kills a factory line's station and factory at random moments; reproducible packs twice and
             compares the bytes; pester runs the acceptance tests under
             the older Pester that they must pass too; mutation breaks the core in thousands of places and shows which the tests notice
    clean    removes out/ and what the projects built
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('build', 'demo', 'test', 'package', 'soak', 'bench', 'clean')]
    [string] $Task = 'build',

    # soak: which one.
    [Parameter(Position = 1)]
    [ValidateSet('crash', 'powercut', 'network', 'firstboot', 'line', 'pester', 'reproducible', 'mutation')]
    [string] $Name = 'crash',

    # soak: what the script takes.
    [Parameter(Position = 2, ValueFromRemainingArguments)]
    [string[]] $Argument = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'tools/Common.ps1')
. (Join-Path $PSScriptRoot 'tools/Build.ps1')
. (Join-Path $PSScriptRoot 'tools/Packages.ps1')

switch ($Task) {
    'build' {
        Build-All
    }
    'demo' {
        Install-DebianPackage
        Build-All
        . (Join-Path $PSScriptRoot 'tools/Demo.ps1')
        Show-Demo
    }
    'test' {
        Install-DebianPackage (Get-TestingTool -AllModules)
        Build-All
        . (Join-Path $PSScriptRoot 'tools/Test.ps1')
        exit (Test-All)
    }
    'package' {
        Install-DebianPackage (Get-PackagingTool)
        . (Join-Path $PSScriptRoot 'tools/Package.ps1')
        Publish-Package
    }
    'soak' {
        . (Join-Path $PSScriptRoot 'tools/Soak.ps1')
        exit (Invoke-Soak $Name $Argument)
    }
    'bench' {
        Install-DebianPackage
        Build-All
        Invoke-Script (Join-Top tests Benchmarks Start.ps1)
        Invoke-Script (Join-Top tests Benchmarks Line.ps1)
    }
    'clean' {
        Remove-BuildOutput
    }
}
