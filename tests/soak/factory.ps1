<#
.SYNOPSIS
    Registers ten thousand devices by the station's script, as the factory server's guide tells, and kills factory servers at random moments
    while devices register: one on SQLite, one on PostgreSQL, one of two behind nginx.
.DESCRIPTION
    The guide's test tells time, memory and the ledger's size. The other tests are xunit's, AutoRegister.Factory.Tests/Soak, which says for each how many devices were answered and what the ledger has
    afterwards. Ends with 'N passed, N failed, N skipped'.
.PARAMETER Kill
    How often a server is killed in each of them; not at all with 0.
.PARAMETER Device
    How many devices the guide's line has; 10,000 are as many as its token may register.
#>
[CmdletBinding()]
param(
    [ValidateRange(0, 10000)] [int] $Kill = 20,
    [ValidateRange(2, 10000)] [int] $Device = 10000
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$tools = Join-Path $PSScriptRoot '../../tools'
. "$tools/Common.ps1"
. "$tools/Build.ps1"
. "$tools/Test.ps1"
$env:FACTORY_DEVICES = $Device
$guide = Invoke-CountedScript (Join-Top tests support Invoke-AcceptanceTests.ps1) '-Path', (Join-Top tests FactoryServer.Tests.ps1)
if ($Kill -eq 0) {
    exit (Show-Count $guide)
}

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

exit (Show-Count $guide, $count)
