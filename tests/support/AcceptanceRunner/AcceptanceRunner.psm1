# A small test runner for the part of Pester 5's language our tests use. It needs nothing but the engine:
# Microsoft.PowerShell.Core, the language and .NET.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# What goes on right now; $null between runs.
$script:Run = $null

# In the order to read them.
. $PSScriptRoot/Invoke-AcceptanceRun.ps1
. $PSScriptRoot/Language.ps1
. $PSScriptRoot/Refusal.ps1
. $PSScriptRoot/Discovery.ps1
. $PSScriptRoot/Selection.ps1
. $PSScriptRoot/Run.ps1
. $PSScriptRoot/UserCode.ps1
. $PSScriptRoot/TestDrive.ps1
. $PSScriptRoot/Model.ps1
. $PSScriptRoot/Should.ps1
. $PSScriptRoot/Operator.ps1
. $PSScriptRoot/Operator.Equality.ps1
. $PSScriptRoot/Operator.Order.ps1
. $PSScriptRoot/Operator.Text.ps1
. $PSScriptRoot/Operator.Throw.ps1
. $PSScriptRoot/Formatting.ps1
. $PSScriptRoot/Report.ps1
. $PSScriptRoot/ResultFile.ps1

Export-ModuleMember -Function @(
    'Describe', 'Context', 'It'
    'BeforeDiscovery', 'BeforeAll', 'BeforeEach', 'AfterEach', 'AfterAll'
    'Should', 'Set-ItResult'
    'Invoke-AcceptanceRun', 'Deny-PesterCommand'
) -Alias *
