# Between the phases: which blocks and tests run, and which are skipped. A block none of whose tests will run
# does not run its BeforeAll either, whether for a filter or for -Skip.

function Select-Test([object] $Block, [object] $Filter) {
    $anyRuns = $false
    $anyActive = $false
    foreach ($item in $Block.Items) {
        $item.Skip = $item.Skip -or $Block.Skip
        if ($item.Kind -eq 'Test') {
            $verdict = Get-FilterVerdict $item $Filter
            $item.ShouldRun = $verdict -eq 'Include'
        }
        else {
            $verdict = Get-FilterVerdict $item $Filter
            $item.Included = $verdict -eq 'Include'
            $item.Excluded = $verdict -eq 'Exclude'
            Select-Test $item $Filter
        }

        if ($item.ShouldRun) {
            $anyRuns = $true
            $anyActive = $anyActive -or -not $item.Skip
        }
    }

    $Block.ShouldRun = $anyRuns
    $Block.Skip = $Block.Skip -or -not $anyActive
}

# Include, Exclude, or Undecided: a block that matches no filter still lets its tests decide.
function Get-FilterVerdict([object] $Item, [object] $Filter) {
    if ($Item.Parent.Excluded -or (Test-AnyLike $Item.Tag $Filter.ExcludeTag)) {
        return 'Exclude'
    }

    $isFiltered = $Filter.Tag.Count -gt 0 -or $Filter.FullName.Count -gt 0
    if (-not $isFiltered) {
        return 'Include'
    }

    $isWanted = $Item.Parent.Included -or
        (Test-AnyLike $Item.Tag $Filter.Tag) -or
        (Test-AnyLike @($Item.Path -join '.') $Filter.FullName)
    if ($isWanted) { 'Include' } else { 'Undecided' }
}

function Test-AnyLike([string[]] $Value, [string[]] $Pattern) {
    foreach ($p in $Pattern) {
        foreach ($v in $Value) {
            if ($v -like $p) {
                return $true
            }
        }
    }

    return $false
}
