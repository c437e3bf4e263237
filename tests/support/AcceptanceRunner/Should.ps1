# $actual | Should -Operator $expected. Each operator is a parameter set; they are described in Operator.*.ps1.

function Should {
    [CmdletBinding(PositionalBinding = $false)]
    param(
        [Parameter(ValueFromPipeline)] [object] $ActualValue,
        [Parameter(ValueFromRemainingArguments)] [object[]] $Rest
    )

    dynamicparam {
        $script:ShouldParameters
    }

    begin {
        $values = [System.Collections.Generic.List[psobject]]::new()
    }

    process {
        $values.Add($ActualValue)
    }

    end {
        Assert-KnownUse $MyInvocation
        if ($PSBoundParameters.ContainsKey('Rest')) {
            Deny-Use "Should with $($Rest -join ' ')" $MyInvocation
        }

        $operator = $script:Operators[$PSCmdlet.ParameterSetName]
        $assertion = @{
            Operator   = $operator
            Bound      = $PSBoundParameters
            Invocation = $MyInvocation
            Session    = $PSCmdlet.SessionState
        }

        if ($values.Count -eq 0) {
            Assert-Value @assertion -Actual $null
        }
        elseif ($operator.TakesAll) {
            Assert-Value @assertion -Actual $values.ToArray()
        }
        else {
            foreach ($value in $values) {
                Assert-Value @assertion -Actual $value
            }
        }
    }
}

function Assert-Value {
    param(
        [object] $Operator,
        [object] $Actual,
        [System.Collections.IDictionary] $Bound,
        [object] $Invocation,
        [System.Management.Automation.SessionState] $Session
    )

    $arguments = @{}
    foreach ($name in $Operator.Parameters) {
        $arguments[$name] = if ($Bound.ContainsKey($name)) { $Bound[$name] } else { $null }
    }

    $claim = @{
        Actual    = $Actual
        Expected  = if ($Operator.Parameters.Count -gt 0) { $arguments[$Operator.Parameters[0]] } else { $null }
        Arguments = $arguments
        Because   = Format-Reason ([string]$(if ($Bound.ContainsKey('Because')) { $Bound['Because'] }))
        Not       = $Bound.ContainsKey('Not') -and [bool]$Bound['Not']
        Session   = $Session
    }

    $verdict = & $Operator.Test $claim
    if ($verdict.Holds) {
        if ($verdict.ContainsKey('Output')) {
            return $verdict.Output
        }

        return
    }

    # Line and file come first in what a person reads about a failure; the report takes them from here.
    $target = @{
        Message  = $verdict.Message
        File     = $Invocation.ScriptName
        Line     = $Invocation.ScriptLineNumber
        LineText = $Invocation.Line.TrimEnd()
    }
    throw [System.Management.Automation.ErrorRecord]::new(
        [System.Exception]::new($verdict.Message), 'PesterAssertionFailed', 'InvalidResult', $target)
}
