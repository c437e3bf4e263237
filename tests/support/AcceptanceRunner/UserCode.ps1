# How a script block of a test file is run: in the test file's session, in the scope that is open there.

# Keys of a hashtable become variables, and the element itself is $_, as Pester has it.
function Set-DataVariable([object] $Data) {
    if ($null -eq $Data) {
        return
    }

    $variables = $script:Run.SessionState.PSVariable
    $variables.Set('_', $Data)
    if ($Data -is [System.Collections.IDictionary]) {
        foreach ($entry in $Data.GetEnumerator()) {
            if ($entry.Key -ne '_') {
                $variables.Set([string]$entry.Key, $entry.Value)
            }
        }
    }
}

# Dot-sources, so that what the block defines stays for the rest of the scope. What it outputs is nobody's
# result. A block that declares parameters gets its data by name.
function Invoke-UserBlock([scriptblock] $ScriptBlock, [object] $Data) {
    $arguments = @{}
    if ($null -ne $ScriptBlock.Ast.ParamBlock -and $Data -is [System.Collections.IDictionary]) {
        foreach ($entry in $Data.GetEnumerator()) {
            $arguments[[string]$entry.Key] = $entry.Value
        }
    }

    # The loop catches a stray break or continue, which would otherwise end the runner's own loops.
    do { $null = . $ScriptBlock @arguments } while ($false)
}

# Fills in <name>, <_> and <object.Property>, seen from the test's scope. `< stays as it is.
function Expand-ItemName([string] $Name) {
    if (-not $Name.Contains('<')) {
        return $Name
    }

    $quoted = $Name.Replace('$', '`$').Replace('"', '`"')
    $expression = [regex]::Replace($quoted, '(?<!`)<([^>^`]+)>', '$$($$$1)')
    [string](& $script:Run.UserScope.Enter ([scriptblock]::Create("`"$expression`"")))
}
