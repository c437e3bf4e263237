# Part of Test-AcceptanceRunner.ps1: what is not supported is refused by file and line, and never passes.

$scratch = [System.IO.Directory]::CreateTempSubdirectory('runner-').FullName

# Writes a file around a line, runs it, and looks for the words at that line in what was written.
function Confirm-Refusal([string] $Code, [string] $Complaint) {
    $file = "$scratch/Refused.Fixture.ps1"
    [System.IO.File]::WriteAllText($file, "Describe 'D' {`n    It 'fine' { `$true | Should -BeTrue }`n$Code`n}`n")
    $result = Invoke-Fixture $file
    $isTold = $result.Output.Contains("Refused.Fixture.ps1:3: $Complaint")
    Confirm-Same "Refused: $Complaint" 'told True, success False' "told $isTold, success $($result.IsSuccess)"
    if (-not $isTold) {
        [Console]::Out.WriteLine($result.Output)
    }
}

$notSupported = 'is not supported by this runner.'
Confirm-Refusal 'BeforeAll { Mock Get-Module { } }' "Mock $notSupported"
Confirm-Refusal 'It "x" { InModuleScope Foo { } }' "InModuleScope $notSupported"
Confirm-Refusal 'It "x" { Assert-MockCalled Foo }' "Assert-MockCalled $notSupported"
Confirm-Refusal 'It "x" { Should -Invoke Foo }' "Should -Invoke $notSupported"
Confirm-Refusal 'It "x" { 1 | Should-Be 1 }' "Should-Be $notSupported"
Confirm-Refusal 'It "x" { 1 | Should -Bee 1 }' "Should -Bee $notSupported"
Confirm-Refusal 'It "x" { 1 | Should Be 1 }' "Should without exactly one operator $notSupported"
Confirm-Refusal 'It "x" { 1 | Should -Be 1 -ErrorAction Continue }' "Should -ErrorAction $notSupported"
Confirm-Refusal 'It "x" { Get-Module | Should -HaveParameter Name }' "Should -HaveParameter $notSupported"
Confirm-Refusal 'It "x" -Pending { }' "It -Pending $notSupported"
Confirm-Refusal 'Context { It "x" { } }' "Context without a name $notSupported"
Confirm-Refusal 'Context "x" -Focus { It "x" { } }' "Context -Focus $notSupported"
Confirm-Refusal 'It "x" { Set-ItResult -Pending }' "Set-ItResult -Pending $notSupported"
Confirm-Refusal 'BeforeAll { }; BeforeAll { }' "a second BeforeAll in the same block $notSupported"

# Seen only while it runs. Catching it does not help.
Confirm-Refusal 'It "x" { $s = @{ Verbose = $true }; try { 1 | Should -Be 1 @s } catch { } }' "Should -Verbose $notSupported"
Confirm-Refusal 'It "x" { $s = @{ Invoke = $true }; try { 1 | Should -Be 1 @s } catch { } }' "Should with -Invoke: True $notSupported"
Confirm-Refusal 'It "x" { { & "Mock" Foo { } } | Should -Throw }' "Mock $notSupported"
Confirm-Refusal 'It "x" { It "y" { } }' "It inside a block that runs (It, Before…, After…) $notSupported"

# Not a refusal, but a file that cannot be read either.
Confirm-Refusal 'It "x" { 1 +' 'You must provide a value expression'

function Confirm-BrokenFile([string] $What, [string] $Code, [string] $Complaint) {
    $file = "$scratch/Broken.Fixture.ps1"
    [System.IO.File]::WriteAllText($file, $Code)
    $result = Invoke-Fixture $file
    Confirm-Same $What 'told True, success False, failed 1' (
        "told $($result.Output.Contains($Complaint)), success $($result.IsSuccess), failed $($result.FailedCount)")
}

Confirm-BrokenFile 'An exception in discovery' "Describe 'D' { throw 'in discovery' }" 'in discovery'
Confirm-BrokenFile 'A test outside of any block' "It 'x' { }" 'outside of any Describe'
Confirm-BrokenFile 'A test without a script block' "Describe 'D' { It 'x' }" 'no script block'
Confirm-BrokenFile 'BeforeEach directly in a file' "BeforeEach { }`nDescribe 'D' { It 'x' { } }" 'belong inside'
Confirm-BrokenFile 'An unknown parameter, splatted' "Describe 'D' { `$s = @{ Foo = 1 }; It 'x' @s { } }" "'Foo'"

[System.IO.Directory]::Delete($scratch, $true)
