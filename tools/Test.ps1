# Runs every test there is and ends with one line that counts them.

function Get-TrxCount {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Folder)

    $count = @{ passed = 0; failed = 0; skipped = 0; failures = [System.Collections.Generic.List[string]]::new() }
    foreach ($file in [System.IO.Directory]::GetFiles($Folder, '*.trx')) {
        $run = ([xml] [System.IO.File]::ReadAllText($file)).TestRun
        $counters = $run.ResultSummary.Counters
        foreach ($result in $run.Results.ChildNodes) {
            if ($result.outcome -eq 'Failed') {
                $count.failures.Add($result.testName)
            }
        }

        $count.passed += [int] $counters.passed
        $count.failed += [int] $counters.total - [int] $counters.executed - (Get-NotExecuted $file)
        $count.failed += [int] $counters.executed - [int] $counters.passed
        $count.skipped += Get-NotExecuted $file
    }

    $count
}

function Get-NotExecuted {
    [CmdletBinding()]
    [OutputType([int])]
    param([Parameter(Mandatory)] [string] $File)

    [regex]::Matches([System.IO.File]::ReadAllText($File), '<UnitTestResult [^>]*outcome="NotExecuted"').Count
}

# What a script says that ends with 'N passed, N failed, N skipped', as numbers.
function Get-ScriptCount {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Script,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Line,
        [Parameter(Mandatory)] [int] $ExitCode
    )

    $last = ''
    $failures = [System.Collections.Generic.List[string]]::new()
    foreach ($text in $Line) {
        if ($text -match '^\s*\[-\] (.+)') {
            $failures.Add($Matches[1])
        }

        if ($text.Trim()) {
            $last = $text
        }
    }

    if ($last -notmatch '(\d+) passed, (\d+) failed, (\d+) skipped') {
        throw "$Script ended with exit code $ExitCode and without a count of its tests"
    }

    $count = @{ passed = [int] $Matches[1]; failed = [int] $Matches[2]; skipped = [int] $Matches[3]; failures = $failures }
    if ($ExitCode -ne 0 -and $count.failed -eq 0) {
        # It failed for another reason than a test: that must not look like success.
        $count.failed = 1
    }

    $count
}

# Runs such a script, shows what it says and returns its numbers.
function Invoke-CountedScript {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Script, [string[]] $Argument = @())

    $lines = [System.Collections.Generic.List[string]]::new()
    Invoke-Script $Script $Argument | ForEach-Object {
        Write-Line "$_"
        $lines.Add("$_")
    }

    Get-ScriptCount -Script $Script -Line $lines.ToArray() -ExitCode $LASTEXITCODE
}

# Starts such a script beside what follows; what it says goes into a file.
function Start-CountedScript {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test command, which ends with it.')]
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string] $Script,
        [Parameter(Mandatory)] [string] $Log,
        [string[]] $Argument = @()
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new('sh')
    foreach ($part in @('-c', 'exec "$@" >"$0" 2>&1', $Log) + $PowerShell + @('-File', $Script) + $Argument) {
        $start.ArgumentList.Add($part)
    }

    @{ Process = [System.Diagnostics.Process]::Start($start); Script = $Script; Log = $Log }
}

# Waits for it, shows what it said and returns its numbers.
function Receive-CountedScript {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [hashtable] $Started)

    $Started.Process.WaitForExit()
    $lines = [System.IO.File]::ReadAllLines($Started.Log)
    foreach ($line in $lines) {
        Write-Line $line
    }

    Get-ScriptCount -Script $Started.Script -Line $lines -ExitCode $Started.Process.ExitCode
}

function Test-All {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    $results = Join-Top out test results
    if ([System.IO.Directory]::Exists($results)) {
        [System.IO.Directory]::Delete($results, $true)
    }

    $null = [System.IO.Directory]::CreateDirectory($results)

    Write-Line 'Running the xunit projects'
    & dotnet test (Join-Top Cmdlets.sln) -c Release -v quiet --nologo --logger "trx" --results-directory $results | ForEach-Object { Write-Line "$_" }
    $xunitSucceeded = $LASTEXITCODE -eq 0
    $counts = @(Get-TrxCount $results)
    if (-not $xunitSucceeded -and $counts[0].failed -eq 0) {
        $counts[0].failed = 1
    }

    Write-Line 'Running the acceptance tests'
    Build-TestTool
    $counts += Invoke-Acceptance (Get-PesterFolder)
    Show-Count $counts
}

# The programs that the acceptance tests use.
function Build-TestTool {
    [CmdletBinding()]
    param()

    Build-CrashRig
    Build-FaultServer
    Invoke-Native dotnet @('build', (Join-Top tests support ConnectProxy), '-c', 'Release', '-o', (Join-Top out test connect-proxy), '-v', 'quiet') -Quiet
    Invoke-Native dotnet @('build', (Join-Top tests support ForeignBouncyCastle), '-c', 'Release', '-o', (Join-Top out test foreign), '-v', 'quiet') -Quiet
    Invoke-Native dotnet @('build', (Join-Top tests support OlderBouncyCastle), '-c', 'Release', '-o', (Join-Top out test older), '-v', 'quiet') -Quiet
}

# The acceptance tests in two processes: those that take as long as all others together have a core of their own.
function Invoke-Acceptance {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory, Position = 0)] [string] $Pester)

    $runner = Join-Top tests support Invoke-AcceptanceTests.ps1
    $beside = Start-CountedScript -Script $runner -Argument @('-Pester', $Pester, '-Tag', 'Beside') -Log (Join-Top out test beside.log)
    try {
        Invoke-CountedScript $runner -Argument @('-Pester', $Pester, '-ExcludeTag', 'Beside')
        Receive-CountedScript $beside
    }
    finally {
        $beside.Process.Kill($true)
        $beside.Process.Dispose()
    }
}

# The failures once more, since often only the end of a log is kept, and the sum. Returns the exit code.
function Show-Count {
    [CmdletBinding()]
    [OutputType([int])]
    param([Parameter(Mandatory, Position = 0)] [hashtable[]] $Count)

    foreach ($failure in $Count.failures) {
        Write-Line "failed: $failure"
    }

    $passed, $failed, $skipped = foreach ($key in 'passed', 'failed', 'skipped') {
        ($Count | ForEach-Object { $_[$key] } | Measure-Object -Sum).Sum
    }

    Write-Line "$passed passed, $failed failed, $skipped skipped"
    [int] ($failed -gt 0 -or $passed -eq 0)
}
