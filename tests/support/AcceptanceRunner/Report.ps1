# What a person sees while the tests run.

$script:Colors = @{
    Passed = "`e[32m"; Failed = "`e[31m"; Skipped = "`e[33m"; Inconclusive = "`e[33m"
    Warning = "`e[33m"; Heading = "`e[36m"; Plain = ''
}
$script:Marks = @{ Passed = '[+]'; Failed = '[-]'; Skipped = '[!]'; Inconclusive = '[?]' }

function Write-Line([string] $Text, [string] $Style = 'Plain') {
    if ($script:Run.HasColor -and $script:Colors[$Style]) {
        $Text = "$($script:Colors[$Style])$Text`e[0m"
    }

    $script:Run.Writer.WriteLine($Text)
}

function Get-Indent([object] $Item) {
    '  ' * ($Item.Path.Count - 1)
}

# Blocks name themselves when their first test reports, because only then their names are filled in.
function Write-BlockName([object] $Block) {
    if ($Block.IsWritten -or $null -eq $Block.Parent) {
        return
    }

    Write-BlockName $Block.Parent
    $Block.IsWritten = $true
    Write-Line "$(Get-Indent $Block)$($Block.Command) $($Block.ExpandedName)" 'Heading'
}

function Write-TestResult([object] $Test) {
    Write-BlockName $Test.Parent
    $indent = Get-Indent $Test
    $reason = if ($Test.Reason) { ", because $($Test.Reason)" } else { '' }
    $time = "$([long]$Test.Duration.TotalMilliseconds)ms"
    Write-Line "$indent$($script:Marks[$Test.Result]) $($Test.ExpandedName)$reason $time" $Test.Result
    if ($Test.Result -eq 'Failed') {
        Write-ErrorList $Test.Errors "$indent "
    }
}

function Write-BlockError([object] $Block) {
    if ($Block.Errors.Count -eq 0) {
        return
    }

    Write-BlockName $Block
    $indent = if ($null -eq $Block.Parent) { '' } else { Get-Indent $Block }
    $name = if ($null -eq $Block.Parent) { [System.IO.Path]::GetFileName($Block.File) } else { "$($Block.Command) $($Block.ExpandedName)" }
    Write-Line "$indent[-] $name failed" 'Failed'
    Write-ErrorList $Block.Errors "$indent "
}

function Write-ErrorList([System.Collections.IEnumerable] $Errors, [string] $Indent) {
    foreach ($record in $Errors) {
        foreach ($line in (Format-ErrorRecord $record) -split '\r?\n') {
            Write-Line "$Indent$line" 'Failed'
        }
    }
}

# The message, then where: the line of the assertion, or the script frames between the runner's own.
function Format-ErrorRecord([object] $Record) {
    if ($Record -is [string]) {
        return $Record
    }

    $target = $Record.TargetObject
    if ($Record.FullyQualifiedErrorId -eq 'PesterAssertionFailed' -and $target -is [hashtable]) {
        return "$($target.Message)`nat $($target.LineText.Trim()), $($target.File):$($target.Line)"
    }

    $type = $Record.Exception.GetType().Name
    $lines = [System.Collections.Generic.List[string]]@("${type}: $($Record.Exception.Message)")
    foreach ($frame in ([string]$Record.ScriptStackTrace) -split '\r?\n') {
        if ($frame -notmatch '^at (?<name>.*), (?<file>.*): line (?<line>\d+)$') {
            continue
        }

        if (-not $Matches.file.StartsWith($PSScriptRoot)) {
            $lines.Add("at $($Matches.name), $($Matches.file):$($Matches.line)")
        }
        elseif ($lines.Count -gt 1) {
            break
        }
    }

    $lines -join "`n"
}

function Write-Summary([object] $Result) {
    Write-Line ''
    foreach ($refusal in $Result.Refusals) {
        Write-Line $refusal 'Failed'
    }

    if ($Result.Tests.Count -eq 0) {
        Write-Line 'No test was found.' 'Failed'
    }

    Write-Line "Tests took $($Result.Duration.TotalSeconds.ToString('0.0'))s."
    Write-Line "$($Result.PassedCount) passed, $($Result.FailedCount) failed, $($Result.SkippedCount) skipped" $(
        if ($Result.IsSuccess) { 'Passed' } else { 'Failed' })
}
