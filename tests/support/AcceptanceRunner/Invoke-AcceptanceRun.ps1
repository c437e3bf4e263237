# One run from the first file to the last line. Read this first.

function Invoke-AcceptanceRun {
    [CmdletBinding()]
    param(
        # Test files, already resolved.
        [Parameter(Mandatory)] [AllowEmptyCollection()] [string[]] $File,
        # The script blocks of UserScope.ps1, created in the session the tests shall run in.
        [Parameter(Mandatory)] [hashtable] $UserScope,
        [string[]] $FullName = @(),
        [string[]] $Tag = @(),
        [string[]] $ExcludeTag = @(),
        # Where to write JUnit XML, relative to the current location.
        [string] $ResultPath,
        [System.IO.TextWriter] $Writer = [System.Console]::Out
    )

    $outer = $script:Run
    $isTerminal = [object]::ReferenceEquals($Writer, [System.Console]::Out) -and -not [System.Console]::IsOutputRedirected
    $script:Run = @{
        Phase        = 'None'
        CurrentBlock = $null
        UserScope    = $UserScope
        SessionState = $PSCmdlet.SessionState
        TestDrive    = $null
        Refusals     = [System.Collections.Generic.List[string]]::new()
        Writer       = $Writer
        HasColor     = $isTerminal -and [string]::IsNullOrEmpty($env:NO_COLOR)
    }

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        # All files are read before the first test runs, as in Pester.
        $roots = @(foreach ($path in $File) { Find-Test $path })
        $filter = @{ FullName = $FullName; Tag = $Tag; ExcludeTag = $ExcludeTag }
        foreach ($root in $roots) {
            Write-Line "`n$($root.File)"
            if ($root.Errors.Count -gt 0) {
                Write-BlockError $root
                continue
            }

            Select-Test $root $filter
            Invoke-TestFile $root
        }

        $result = Get-RunResult $roots $clock.Elapsed
        if ($ResultPath) {
            Export-JUnitResult $result $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ResultPath)
        }

        Write-Summary $result
        $result
    }
    finally {
        $script:Run = $outer
    }
}

# Counts what ran. A block that failed in its own code counts as one failure, unless its tests already do.
function Get-RunResult([object[]] $Root, [timespan] $Duration) {
    $tests = @(foreach ($block in $Root) { Get-TestBelow $block }).Where({ $_.Result -ne 'NotRun' })
    $failedBlocks = @(foreach ($block in $Root) { Get-BlockBelow $block }).Where({
            $_.Errors.Count -gt 0 -and @(Get-TestBelow $_).Where({ $_.Result -eq 'Failed' -and $_.Errors.Count -eq 0 }).Count -eq 0 })
    $failed = @($tests.Where({ $_.Result -eq 'Failed' })).Count + $failedBlocks.Count
    $refusals = $script:Run.Refusals

    [pscustomobject]@{
        Roots        = $Root
        Tests        = $tests
        PassedCount  = @($tests.Where({ $_.Result -eq 'Passed' })).Count
        FailedCount  = $failed
        SkippedCount = @($tests.Where({ $_.Result -in 'Skipped', 'Inconclusive' })).Count
        Refusals     = $refusals
        Duration     = $Duration
        IsSuccess    = $failed -eq 0 -and $refusals.Count -eq 0 -and $tests.Count -gt 0
    }
}
