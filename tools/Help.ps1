#requires -Version 7.6
<#
.SYNOPSIS
    Builds the module's help from Markdown: MAML for Get-Help, and the about topics as text.
.DESCRIPTION
    A page docs/en-US/<cmdlet>.md has the sections SYNOPSIS, DESCRIPTION, EXAMPLES, PARAMETERS, INPUTS, OUTPUTS, NOTES and
    RELATED LINKS. What a parameter is (type, position, aliases, pipeline) comes from the built cmdlet itself, so a page cannot
    be wrong about it. That every parameter is described, and nothing that is not there, is what tests/Help.Tests.ps1 checks.
    Runs in a process of its own: the module that was just built is loaded.
.PARAMETER Module
    The folder of the built module.
.PARAMETER Source
    The folder of the Markdown pages.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Source
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'HelpPage.ps1')
. (Join-Path $PSScriptRoot 'HelpMaml.ps1')

Import-Module (Join-Path $Module 'AutoRegister.psd1')
$target = New-Item -ItemType Directory (Join-Path $Module 'en-US') -Force
# The manifest's order: the same bytes in every culture.
$pages = foreach ($name in (Import-PowerShellDataFile (Join-Path $Module 'AutoRegister.psd1')).CmdletsToExport | Where-Object { Test-Path "$Source/$_.md" }) {
    ConvertTo-Maml -Page (Read-HelpPage -Path "$Source/$name.md") -Command (Get-Command $name)
}

$xml = "<?xml version=`"1.0`" encoding=`"utf-8`"?>`n<helpItems schema=`"maml`" xmlns=`"http://msh`">`n$($pages -join "`n")`n</helpItems>`n"
$null = [xml] $xml
Set-Content -LiteralPath "$target/AutoRegister.Cmdlets.dll-Help.xml" $xml -NoNewline

foreach ($page in Get-ChildItem "$Source/about_*.md") {
    $text = ConvertTo-AboutText -Markdown (Get-Content -LiteralPath $page -Raw)
    Set-Content -LiteralPath "$target/$($page.BaseName).help.txt" $text -NoNewline
}
