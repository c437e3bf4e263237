# Runs every test there is and ends with one line that counts them.

function Get-TrxCount {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory, Position = 0)] [string] $Folder)

    $results = Select-Xml -Path "$Folder/*.trx" -XPath '//t:UnitTestResult' -Namespace @{ t = 'http://microsoft.com/schemas/VisualStudio/TeamTest/2010' } | ForEach-Object Node
    $passed, $skipped = foreach ($outcome in 'Passed', 'NotExecuted') { @($results | Where-Object outcome -EQ $outcome).Count }
    $failed = @($results | Where-Object outcome -NotIn 'Passed', 'NotExecuted')
    @{ passed = $passed; failed = $failed.Count; skipped = $skipped; failures = @($failed | ForEach-Object testName) }
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

    if ("$($Line -match '\S' | Select-Object -Last 1)" -notmatch '(\d+) passed, (\d+) failed, (\d+) skipped') {
        throw "$Script ended with exit code $ExitCode and without a count of its tests"
    }

    $count = @{ passed = [int] $Matches[1]; failed = [int] $Matches[2]; skipped = [int] $Matches[3] }
    $count.failures = @($Line -match '^\s*\[-\] ' -replace '^\s*\[-\] ')
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
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Script,
        [Parameter(Position = 1)] [string[]] $Argument = @()
    )

    Invoke-Script $Script $Argument -OutVariable said | Out-Host
    Get-ScriptCount -Script $Script -Line $said -ExitCode $LASTEXITCODE
}

# Returns the exit code.
function Test-All {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    $results = Join-Top out test results
    Remove-Folder $results

    Write-Host 'Building the programs of the acceptance tests'
    Build-TestTool

    Write-Host 'Running the acceptance tests and, beside them, the xunit projects'
    $beside = Start-Part ($PowerShell + @('-File', (Join-Top tests support Invoke-XunitTests.ps1), '-ResultPath', $results))
    try {
        $counts = @(Invoke-Acceptance (Get-PesterFolder))
        $lines, $exitCode = Receive-Part $beside
        $lines | Out-Host
        $count = Get-TrxCount $results
        if ($exitCode -ne 0 -and $count.failed -eq 0) {
            $count.failed = 1
        }
    }
    finally {
        Remove-Job $beside -Force
    }

    Show-Count ($counts + $count)
}

# Starts a command line, whose output is kept until it is received.
function Start-Part {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A part of the tests, which ends with them.')]
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string[]] $Line)

    $program, $argument = $Line
    Start-ThreadJob {
        & $using:program @using:argument 2>&1 | ForEach-Object { "$_" }
        $LASTEXITCODE
    }
}

# Waits for its end. Returns its lines and its exit code.
function Receive-Part {
    [CmdletBinding()]
    [OutputType([array], [string])]
    param([Parameter(Mandatory, Position = 0)] [object] $Part)

    $said = @(Receive-Job $Part -Wait)
    , @($said | Select-Object -SkipLast 1)
    $said[-1]
}

# The programs that the acceptance tests use.
function Build-TestTool {
    [CmdletBinding()]
    param()

    Build-TestProgram tests/CrashRig crash-rig
    Build-TestProgram tests/support/FaultServer fault-server
    Build-TestProgram tests/support/ConnectProxy connect-proxy
    Build-TestProgram tests/support/ForeignBouncyCastle foreign
    Build-TestProgram tests/support/OlderBouncyCastle older
}

# The acceptance tests in two processes that take about as long: what has the tag Beside, and the others.
function Invoke-Acceptance {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory, Position = 0)] [string] $Pester)

    $runner = Join-Top tests support Invoke-AcceptanceTests.ps1
    $beside = Start-Part ($PowerShell + @('-File', $runner, '-Pester', $Pester, '-Tag', 'Beside'))
    try {
        Invoke-CountedScript $runner '-Pester', $Pester, '-ExcludeTag', 'Beside'
        $lines, $exitCode = Receive-Part $beside
        $lines | Out-Host
        Get-ScriptCount -Script $runner -Line $lines -ExitCode $exitCode
    }
    finally {
        Remove-Job $beside -Force
    }
}

# The failures once more, since often only the end of a log is kept, and the sum. Returns the exit code.
function Show-Count {
    [CmdletBinding()]
    [OutputType([int])]
    param([Parameter(Mandatory, Position = 0)] [hashtable[]] $Count)

    $Count | ForEach-Object { $_.failures } | ForEach-Object { Write-Host "failed: $_" }
    $passed, $failed, $skipped = foreach ($key in 'passed', 'failed', 'skipped') {
        ($Count.$key | Measure-Object -Sum).Sum
    }

    Write-Host "$passed passed, $failed failed, $skipped skipped"
    [int] ($failed -gt 0 -or $passed -eq 0)
}
