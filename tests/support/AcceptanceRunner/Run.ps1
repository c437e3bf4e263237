# The second phase: scopes, setups and teardowns. On the tests' side it looks like this:
#
#   & {                       a block: its data
#       . BeforeAll
#       & {
#           & {               a test: its data
#               . BeforeEach of all blocks, outermost first
#               . It
#               . AfterEach of all blocks, innermost first
#           }
#       }
#       . AfterAll
#   }

function Invoke-TestFile([object] $Root) {
    if (-not $Root.ShouldRun) {
        return
    }

    New-TestDrive
    $script:Run.Phase = 'Run'
    try {
        Invoke-TestBlock $Root
    }
    finally {
        $script:Run.Phase = 'None'
        Remove-TestDrive
    }
}

function Invoke-TestBlock([object] $Block) {
    $before = Get-TestDriveEntry
    try {
        & $script:Run.UserScope.Enter { Invoke-BlockBody $Block }
    }
    finally {
        Clear-TestDrive $before
    }

    Write-BlockError $Block
}

function Invoke-BlockBody([object] $Block) {
    try {
        Set-DataVariable $Block.Data
        if (-not $Block.Skip -and $null -ne $Block.BeforeAll) {
            Invoke-UserBlock $Block.BeforeAll $Block.Data
        }

        if ($null -ne $Block.Parent) {
            $Block.ExpandedName = Expand-ItemName $Block.Name
        }

        & $script:Run.UserScope.Enter { Invoke-BlockItem $Block }
    }
    catch {
        $Block.Errors.Add($_)
        Set-TestBelowFailed $Block
    }
    finally {
        if (-not $Block.Skip -and $null -ne $Block.AfterAll) {
            try { Invoke-UserBlock $Block.AfterAll $Block.Data } catch { $Block.Errors.Add($_) }
        }
    }
}

function Invoke-BlockItem([object] $Block) {
    foreach ($item in $Block.Items) {
        if (-not $item.ShouldRun) {
            continue
        }

        if ($item.Kind -eq 'Test') { Invoke-TestCase $item } else { Invoke-TestBlock $item }
    }
}

function Invoke-TestCase([object] $Test) {
    if ($Test.Skip) {
        $Test.Result = 'Skipped'
        Write-TestResult $Test
        return
    }

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    & $script:Run.UserScope.Enter { Invoke-TestBody $Test }
    $Test.Duration = $clock.Elapsed

    $Test.Result = Get-TestResult $Test
    Write-TestResult $Test
}

function Invoke-TestBody([object] $Test) {
    $blocks = [System.Collections.Generic.List[object]]::new()
    for ($block = $Test.Parent; $null -ne $block; $block = $block.Parent) {
        $blocks.Add($block)
    }

    try {
        Set-DataVariable $Test.Data
        for ($i = $blocks.Count - 1; $i -ge 0; $i--) {
            if ($null -ne $blocks[$i].BeforeEach) {
                Invoke-UserBlock $blocks[$i].BeforeEach $Test.Data
            }
        }

        $Test.ExpandedName = Expand-ItemName $Test.Name
        Invoke-UserBlock $Test.Body $Test.Data
    }
    catch {
        $Test.Errors.Add($_)
    }
    finally {
        foreach ($block in $blocks) {
            if ($null -ne $block.AfterEach) {
                try { Invoke-UserBlock $block.AfterEach $Test.Data } catch { $Test.Errors.Add($_) }
            }
        }
    }
}

function Get-TestResult([object] $Test) {
    foreach ($record in $Test.Errors) {
        switch ($record.FullyQualifiedErrorId) {
            'PesterTestSkipped' {
                $Test.Reason = $record.TargetObject.Because
                return 'Skipped'
            }
            'PesterTestInconclusive' {
                $Test.Reason = $record.TargetObject.Because
                return 'Inconclusive'
            }
        }
    }

    if ($Test.Errors.Count -gt 0) { 'Failed' } else { 'Passed' }
}

# A block whose setup failed has failed every test in it: none of them could show what it is there to show.
function Set-TestBelowFailed([object] $Block) {
    foreach ($test in Get-TestBelow $Block) {
        if ($test.ShouldRun -and $test.Result -eq 'NotRun') {
            $test.Result = 'Failed'
            $test.Reason = "the setup of '$($Block.ExpandedName)' failed"
            Write-TestResult $test
        }
    }
}
