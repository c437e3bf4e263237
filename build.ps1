#requires -Version 7.6
<#
.SYNOPSIS
    Builds AutoRegister and runs its demo and its tests. './build.sh help' lists the tasks.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Task = 'help',

    # demo: --keep; soak: which one.
    [Parameter(Position = 1)]
    [string] $Name = '',

    # soak: what the script takes.
    [Parameter(Position = 2, ValueFromRemainingArguments)]
    [string[]] $Argument = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'tools/Common.ps1')
. (Join-Path $PSScriptRoot 'tools/Build.ps1')
. (Join-Path $PSScriptRoot 'tools/Packages.ps1')

$tasks = [ordered]@{
    build   = 'the module, PowerShell for devices and the local factory, into out/module, out/host, out/factory'
    demo    = 'registers a device from nothing with a local factory and shows what happened; --keep leaves the factory running'
    test    = 'every test; the last line counts them, the results are in out/test/results'
    package = 'what devices, image builds and galleries take, into out/package'
    bench   = 'what a registration costs beside a bare pwsh, and how many devices a second a factory line and a factory server register'
    soak    = 'NAME: a long test, one of those below'
    clean   = 'removes out/ and what the projects built'
    help    = 'this list'
}
$soaks = [ordered]@{
    crash        = 'kills or interrupts a registration at every call that leaves something behind, and fails each fsync in turn'
    powercut     = 'cuts the power 0 to 40 s after success'
    network      = 'makes networks fail for a while'
    firstboot    = 'boots devices in a real systemd, in a container'
    line         = 'kills a factory line''s station and factory at random moments'
    factory      = 'registers 10,000 devices at a factory server, and kills such servers while devices register, on SQLite, PostgreSQL and behind nginx'
    factoryboot  = 'installs the factory server''s package in a real systemd, in a container, uses, upgrades and removes it'
    pester       = 'runs the acceptance tests under the older Pester that they must pass too'
    reproducible = 'packs twice and compares the bytes'
    mutation     = 'breaks the core in thousands of places and shows which the tests notice'
}

# A task or soak that is not there gets the list, and an exit code of its own (EX_USAGE of sysexits.h).
function Show-Usage {
    Write-Host 'Usage: ./build.sh TASK'
    $tasks.Keys | ForEach-Object { Write-Host ('  {0,-13} {1}' -f $_, $tasks[$_]) }
    Write-Host "`nSoaks: ./build.sh soak NAME"
    $soaks.Keys | ForEach-Object { Write-Host ('  {0,-13} {1}' -f $_, $soaks[$_]) }
}

if ($Task -in 'help', '-h', '--help', '-?') {
    Show-Usage
    exit 0
}

if ($Task -notin $tasks.Keys -or ($Task -eq 'soak' -and $Name -notin $soaks.Keys) -or ($Task -ne 'soak' -and $Name -and "$Task $Name" -ne 'demo --keep')) {
    Write-Host "There is no '$(@($Task, $Name | Where-Object { $_ }) -join ' ')'.`n"
    Show-Usage
    exit 64
}

switch ($Task) {
    'build' {
        Build-All
    }
    'demo' {
        Install-DebianPackage
        Build-All
        . (Join-Path $PSScriptRoot 'tools/Demo.ps1')
        Show-Demo -Keep:($Name -eq '--keep')
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
        Invoke-Script (Join-Top tests Benchmarks Factory.ps1)
    }
    'clean' {
        Remove-BuildOutput
    }
}
