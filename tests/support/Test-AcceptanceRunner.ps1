<#
.SYNOPSIS
Tests the runner of our own: runs fixtures with it and compares what came of each test with what Pester makes of it.

.DESCRIPTION
Where there is a Pester, the same fixtures are run with it against the same expectations. Ends with a line
"N passed, N failed, N skipped"; the exit code is 1 when anything failed.
#>
[CmdletBinding()]
param()

# An error preference of Stop would reach the fixtures, which are to see the usual one.
trap {
    [Console]::Error.WriteLine("$($_.Exception.Message)`n$($_.ScriptStackTrace)")
    exit 1
}

Import-Module -Name $PSScriptRoot/RealPester.psm1
$theirOutcome = @{}
if (Import-RealPester) {
    # First, and then no more: both modules define the same words.
    foreach ($fixtureName in 'Scopes', 'Order', 'Failures', 'TestDrive', 'Should') {
        $theirRun = Invoke-Pester -Configuration @{
            Run = @{ Path = "$PSScriptRoot/fixtures/$fixtureName.Fixture.ps1"; PassThru = $true }
            Output = @{ Verbosity = 'None' }
        }
        $theirOutcome[$fixtureName] = [string[]]@($theirRun.Tests.Where({ $_.Result -ne 'NotRun' }) |
                ForEach-Object { "$($_.Result) $($_.ExpandedPath)" })
    }

    Remove-Module -Name Pester
}

Import-Module -Name $PSScriptRoot/AcceptanceRunner
$userScope = & $PSScriptRoot/AcceptanceRunner/UserScope.ps1
$score = @{ Passed = 0; Failed = 0; Skipped = 0 }

# Prints one line, and both lists where they differ.
function Confirm-Same([string] $What, [object[]] $Expected, [object[]] $Actual) {
    $wanted = @($Expected) -join "`n"
    $got = @($Actual) -join "`n"
    if ($wanted -ceq $got) {
        $score.Passed++
        [Console]::Out.WriteLine("[+] $What")
        return
    }

    $score.Failed++
    [Console]::Out.WriteLine("[-] $What`nExpected:`n$wanted`nBut got:`n$got")
}

# The result of a run, with what it wrote.
function Invoke-Fixture([string[]] $Fixture, [hashtable] $Option = @{}) {
    $writer = [System.IO.StringWriter]::new()
    $result = Invoke-AcceptanceRun -File $Fixture -UserScope $userScope -Writer $writer @Option
    $result.PSObject.Properties.Add([psnoteproperty]::new('Output', $writer.ToString()))
    $result
}

# "result full.name" for each test that ran, in order.
function Get-Outcome([object] $Result) {
    foreach ($ran in $Result.Tests) {
        $names = @($ran.ExpandedName)
        for ($above = $ran.Parent; $null -ne $above.Parent; $above = $above.Parent) {
            $names = @($above.ExpandedName) + $names
        }

        "$($ran.Result) $($names -join '.')"
    }
}

function Confirm-Fixture([string] $Name, [string[]] $Expected) {
    $fixture = "$PSScriptRoot/fixtures/$Name.Fixture.ps1"
    Confirm-Same "$Name fixture" $Expected @(Get-Outcome (Invoke-Fixture $fixture))
    if ($theirOutcome.Count -gt 0) {
        # Pester lists the tests of a block before those of the blocks in it.
        $sorted = [string[]]$Expected.Clone()
        [array]::Sort($sorted, [StringComparer]::Ordinal)
        [array]::Sort($theirOutcome[$Name], [StringComparer]::Ordinal)
        Confirm-Same "$Name fixture under Pester" $sorted $theirOutcome[$Name]
    }
    else {
        $score.Skipped++
        [Console]::Out.WriteLine("[!] $Name fixture under Pester, because there is none here")
    }
}

Confirm-Fixture 'Scopes' @(
    'Passed Scopes.sees what BeforeAll and BeforeEach set'
    'Passed Scopes.does not see what another test set'
    'Passed Scopes.does not see variables of discovery'
    'Passed Scopes.sees functions of BeforeAll and of a file it dot-sourced'
    'Passed Scopes.knows where its file is'
    'Passed Scopes.sees no variable of the runner'
    'Passed Scopes.runs with the usual error preference'
    'Passed Scopes.Inner.sees what the outer block set'
    'Passed Scopes.is not touched by an inner block'
    'Passed Scopes.number 1 is one'
    'Passed Scopes.number 2 is two'
    'Passed Data 1.twice is 2'
    'Passed Data 1.word one'
    'Passed Data 1.word 1'
    'Passed Data 1.escaped <Number>'
    'Passed Data 2.twice is 4'
    'Passed Data 2.word two'
    'Passed Data 2.word 2'
    'Passed Data 2.escaped <Number>'
    'Passed No data.gets this as a parameter'
)

Confirm-Fixture 'Order' @(
    'Passed Outer.first'
    'Passed Outer.Inner.second'
    'Failed Outer.Inner.third fails'
    'Skipped Outer.Skipped.fourth'
    'Skipped Outer.All tests skipped.fifth'
    'Passed Outer.last'
)
Confirm-Same 'Order of setups and teardowns' @(
    'file+', 'outer+'
    'each outer+', 'first', 'each outer-'
    'inner+'
    'each outer+', 'each inner+', 'second', 'each inner-', 'each outer-'
    'each outer+', 'each inner+', 'third', 'each inner-', 'each outer-'
    'inner-'
    'each outer+', 'last', 'each outer-'
    'outer-', 'file-'
) $FixtureLog

Confirm-Fixture 'Failures' @(
    'Failed Setup fails.takes the test with it'
    'Failed Setup fails.and an inner block.too'
    'Passed Teardown fails.leaves the test alone'
    'Failed Setup of each test fails.fails'
    'Passed Setup of each test fails.had its AfterEach run nevertheless'
    'Failed Teardown of each test fails.fails'
    'Failed Ways to fail.assertion'
    'Failed Ways to fail.throw'
    'Failed Ways to fail.exception of .NET'
    'Failed Ways to fail.unknown command'
    'Passed Ways to fail.cmdlet error that does not terminate'
    'Passed Ways to fail.stray break'
    'Passed Ways to fail.after it goes on'
    'Passed Ways to fail.in strict mode'
    'Passed Ways to fail.which ends with the test'
    'Skipped Ways not to run.skip'
    'Skipped Ways not to run.skip on a condition'
    'Passed Ways not to run.skip on a false condition'
    'Skipped Ways not to run.skips itself'
    'Inconclusive Ways not to run.is inconclusive'
    'Passed Strict.is inherited'
    'Passed Strict.data 1'
    'Passed Strict.data 2'
)

$failures = Invoke-Fixture "$PSScriptRoot/fixtures/Failures.Fixture.ps1"
Confirm-Same 'A failed AfterAll is counted, a failed BeforeAll by its tests' '11 9 4' `
    "$($failures.PassedCount) $($failures.FailedCount) $($failures.SkippedCount)"
Confirm-Same 'A failure says what, why and where' 'True' ($failures.Output -like (
        "*``[-``] assertion *ms*Expected 2, because one is not two, but got 1.*at It 'assertion'*Failures.Fixture.ps1:*"))

Confirm-Fixture 'TestDrive' @(
    'Passed Outer.is an empty directory at first'
    'Passed Outer.is shared by the tests of a block'
    'Passed Outer.Inner.sees files of the outer block, and adds some'
    'Passed Outer.lost what the inner block added'
    'Passed Next.starts empty again'
)
Confirm-Same 'TestDrive is gone afterwards' 'False' ([System.IO.Directory]::Exists($FixtureTestDrive))

# Names come from the code in them, so the fixture itself says what is to be: everything passes.
$shouldOutcome = @(Get-Outcome (Invoke-Fixture "$PSScriptRoot/fixtures/Should.Fixture.ps1"))
Confirm-Same 'Should fixture is all there' 89 $shouldOutcome.Count
Confirm-Fixture 'Should' ($shouldOutcome -replace '^\w+ ', 'Passed ')

. $PSScriptRoot/Test-AcceptanceRunner.Filters.ps1
. $PSScriptRoot/Test-AcceptanceRunner.Refusals.ps1
. $PSScriptRoot/Test-AcceptanceRunner.Command.ps1

[Console]::Out.WriteLine("$($score.Passed) passed, $($score.Failed) failed, $($score.Skipped) skipped")
exit [int]($score.Failed -gt 0)
