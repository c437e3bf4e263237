# Part of Test-AcceptanceRunner.ps1: -Tag, -ExcludeTag and -FullName, and that unused blocks run no setup.

function Confirm-Filter([hashtable] $Option, [string[]] $Expected, [string] $Setups) {
    $global:FixtureSetups = ''
    $what = foreach ($entry in $Option.GetEnumerator()) { "$($entry.Key) $($entry.Value)" }
    $outcome = @(Get-Outcome (Invoke-Fixture "$PSScriptRoot/fixtures/Filter.Fixture.ps1" $Option))
    Confirm-Same "Filter $($what -join ', ')" (@($Expected) + $Setups) ($outcome + $global:FixtureSetups.Trim())
}

Confirm-Filter @{ Tag = 'quick' } @('Passed Fast.one', 'Passed Fast.two', 'Passed Slow.three') 'Fast Slow'
Confirm-Filter @{ Tag = 'Qu*'; ExcludeTag = 'Flaky' } @('Passed Fast.one', 'Passed Slow.three') 'Fast Slow'
Confirm-Filter @{ ExcludeTag = 'Unit' } @('Passed Slow.three', 'Passed Slow.four', 'Passed Slow.Inner.five') 'Slow Inner'
Confirm-Filter @{ FullName = '*.Inner' } 'Passed Slow.Inner.five' 'Slow Inner'
Confirm-Filter @{ FullName = 'Fast.one', 'Slow.four' } @('Passed Fast.one', 'Passed Slow.four') 'Fast Slow'
