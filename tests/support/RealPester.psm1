# The same files under Pester itself, where there is one. Only a PowerShell with its standard modules has it.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# True when Pester 5 or later is loaded now. Pester that is installed but does not load here is none.
function Import-RealPester {
    [CmdletBinding()]
    param()

    if (-not (Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -ge 5 })) {
        return $false
    }

    try {
        Import-Module -Name Pester -MinimumVersion 5.0.0 -Global
        return $true
    }
    catch {
        [System.Console]::Error.WriteLine("Pester is installed but cannot be used: $($_.Exception.Message)")
        return $false
    }
}

# Returns whether all is well. -InvokePester comes from the session the tests shall run in, as Pester takes its
# caller's session for theirs.
function Invoke-RealPester {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [AllowEmptyCollection()] [string[]] $File,
        [Parameter(Mandatory)] [scriptblock] $InvokePester,
        [string[]] $FullName = @(),
        [string[]] $Tag = @(),
        [string[]] $ExcludeTag = @(),
        [string] $ResultPath
    )

    $configuration = [hashtable]@{
        Run    = @{ Path = $File; PassThru = $true }
        Filter = @{ FullName = $FullName; Tag = $Tag; ExcludeTag = $ExcludeTag }
        Output = @{ Verbosity = 'Detailed' }
    }
    if ($ResultPath) {
        $configuration.TestResult = @{ Enabled = $true; OutputPath = $ResultPath; OutputFormat = 'JUnitXml' }
    }

    $run = & $InvokePester $configuration
    $failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
    $skipped = $run.SkippedCount
    if ($run.PSObject.Properties['InconclusiveCount']) {
        $skipped += $run.InconclusiveCount
    }

    [System.Console]::Out.WriteLine("$($run.PassedCount) passed, $failed failed, $skipped skipped")
    $failed -eq 0 -and ($run.PassedCount + $skipped) -gt 0
}

Export-ModuleMember -Function 'Import-RealPester', 'Invoke-RealPester'
