<#
.SYNOPSIS
    Kills factory servers at random moments while devices register: one on SQLite, one on PostgreSQL, one of two behind nginx.
.DESCRIPTION
    The tests are xunit's, AutoRegister.Factory.Tests/Soak, which says for each how many devices were answered and what the ledger has
    afterwards. Ends with 'N passed, N failed, N skipped'.
.PARAMETER Kill
    How often a server is killed in each of them.
#>
[CmdletBinding()]
param([ValidateRange(1, 10000)] [int] $Kill = 20)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$tools = Join-Path $PSScriptRoot '../../tools'
. "$tools/Common.ps1"
. "$tools/Build.ps1"
. "$tools/Test.ps1"
$project = 'AutoRegister.Factory.Tests'
Build-TestProgram tests/$project $project
$results = Join-Top out test soak-results
Remove-Folder $results
$env:SERVER_SOAK_KILLS = $Kill
dotnet test (Join-Top out test $project "$project.dll") --nologo --filter Takes=soak --logger trx --logger 'console;verbosity=detailed' --results-directory $results
$count = Get-TrxCount $results
if ($LASTEXITCODE -ne 0 -and $count.failed -eq 0) {
    $count.failed = 1
}

exit (Show-Count $count)
