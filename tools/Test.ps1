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

    Write-Host 'Running the xunit projects'
    & dotnet test (Join-Top Cmdlets.sln) -c Release -v quiet --nologo --logger trx --results-directory $results | Out-Host
    $xunitSucceeded = $LASTEXITCODE -eq 0
    $counts = @(Get-TrxCount $results)
    if (-not $xunitSucceeded -and $counts[0].failed -eq 0) {
        $counts[0].failed = 1
    }

    Write-Host 'Running the acceptance tests'
    Build-TestTool
    $counts += Invoke-Acceptance (Get-PesterFolder)
    Show-Count $counts
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

# The acceptance tests in two processes: those that take as long as all others together have a core of their own.
function Invoke-Acceptance {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory, Position = 0)] [string] $Pester)

    $runner = Join-Top tests support Invoke-AcceptanceTests.ps1
    $beside = Start-ThreadJob {
        $shell = $using:PowerShell
        & $shell[0] $shell[1..9] -File $using:runner -Pester $using:Pester -Tag Beside 2>&1 | ForEach-Object { "$_" }
        $LASTEXITCODE
    }
    try {
        Invoke-CountedScript $runner '-Pester', $Pester, '-ExcludeTag', 'Beside'
        $said = @(Receive-Job $beside -Wait)
        $lines = @($said | Select-Object -SkipLast 1)
        $lines | Out-Host
        Get-ScriptCount -Script $runner -Line $lines -ExitCode $said[-1]
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
