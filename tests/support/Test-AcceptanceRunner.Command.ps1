# Part of Test-AcceptanceRunner.ps1: the command a person or a build starts.

$scratch = [System.IO.Directory]::CreateTempSubdirectory('runner-').FullName

# Returns what it wrote; its exit code is in $LASTEXITCODE.
function Invoke-Entry([hashtable] $Option) {
    $console = [Console]::Out
    $writer = [System.IO.StringWriter]::new()
    [Console]::SetOut($writer)
    $complaints = [Console]::Error
    [Console]::SetError($writer)
    try {
        & $PSScriptRoot/Invoke-AcceptanceTests.ps1 -NoPester @Option
    }
    finally {
        [Console]::SetOut($console)
        [Console]::SetError($complaints)
    }

    $writer.ToString()
}

function Confirm-Entry([string] $What, [hashtable] $Option, [int] $ExitCode, [string] $LastLine) {
    $lines = (Invoke-Entry $Option).TrimEnd() -split '\r?\n'
    Confirm-Same $What "$LastLine, exit code $ExitCode" "$($lines[-1]), exit code $LASTEXITCODE"
}

$hygiene = 'Describe "A" { It "sees no parameter" { $Path | Should -BeNullOrEmpty; $ResultPath | Should -BeNullOrEmpty } }'
[System.IO.File]::WriteAllText("$scratch/A.Tests.ps1", $hygiene)
[System.IO.File]::WriteAllText("$scratch/B.Tests.ps1", 'Describe "B" { It "<_>" -ForEach "passes" { 1 | Should -Be 1 } }')
[System.IO.File]::WriteAllText("$scratch/C.Other.ps1", 'throw "not a test file"')
$junitPath = "$scratch/result.xml"

Confirm-Entry 'A directory of test files' @{ Path = $scratch; ResultPath = $junitPath } 0 '2 passed, 0 failed, 0 skipped'
$xml = [xml][System.IO.File]::ReadAllText($junitPath)
Confirm-Same 'Results as JUnit XML' @('A.sees no parameter', 'B.passes') @($xml.SelectNodes('//testcase').name)

Confirm-Entry 'A wildcard' @{ Path = "$scratch/B.*" } 0 '1 passed, 0 failed, 0 skipped'
Confirm-Entry 'A filter' @{ Path = $scratch; FullName = 'A.*' } 0 '1 passed, 0 failed, 0 skipped'
Confirm-Entry 'A filter that nothing matches' @{ Path = $scratch; Tag = 'None' } 1 '0 passed, 0 failed, 0 skipped'
Confirm-Entry 'A file that fails in discovery' @{ Path = "$scratch/C.Other.ps1" } 1 '0 passed, 1 failed, 0 skipped'
Confirm-Entry 'A failed test' @{ Path = "$PSScriptRoot/fixtures/Order.Fixture.ps1" } 1 '3 passed, 1 failed, 2 skipped'
Confirm-Entry 'A failed teardown alone' @{
    Path = "$PSScriptRoot/fixtures/Failures.Fixture.ps1"; FullName = 'Teardown fails.*'
} 1 '1 passed, 1 failed, 0 skipped'

$output = Invoke-Entry @{ Path = "$scratch/missing" }
Confirm-Same 'A path that leads nowhere' 'told True, exit code 1' "told $($output.Contains('missing')), exit code $LASTEXITCODE"

[System.IO.Directory]::Delete($scratch, $true)
