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

. ([System.IO.Path]::Combine($PSScriptRoot, 'HelpPage.ps1'))
. ([System.IO.Path]::Combine($PSScriptRoot, 'HelpMaml.ps1'))

Import-Module ([System.IO.Path]::Combine($Module, 'AutoRegister.psd1'))
$target = [System.IO.Path]::Combine($Module, 'en-US')
$null = [System.IO.Directory]::CreateDirectory($target)

$names = [string[]] @(Get-Command -Module AutoRegister | ForEach-Object Name)
[array]::Sort($names, [StringComparer]::Ordinal)
$pages = foreach ($name in $names | Where-Object { [System.IO.File]::Exists("$Source/$_.md") }) {
    ConvertTo-Maml -Page (Read-HelpPage -Path "$Source/$name.md") -Command (Get-Command $name)
}

$xml = "<?xml version=`"1.0`" encoding=`"utf-8`"?>`n<helpItems schema=`"maml`" xmlns=`"http://msh`">`n$($pages -join "`n")`n</helpItems>`n"
$null = [xml] $xml
[System.IO.File]::WriteAllText("$target/AutoRegister.Cmdlets.dll-Help.xml", $xml)

foreach ($file in [System.IO.Directory]::GetFiles($Source, 'about_*.md')) {
    $text = ConvertTo-AboutText -Markdown ([System.IO.File]::ReadAllText($file))
    [System.IO.File]::WriteAllText("$target/$([System.IO.Path]::GetFileNameWithoutExtension($file)).help.txt", $text)
}
