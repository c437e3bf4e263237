# The first phase: run a file's own code and the bodies of its blocks, and note down what they contain.

function Find-Test([string] $File) {
    $root = New-Block -Name 'Root'
    $root.File = $File

    $complaints = @(Get-UnsupportedUse $File)
    if ($complaints.Count -gt 0) {
        foreach ($complaint in $complaints) {
            $root.Errors.Add($complaint)
        }

        return $root
    }

    $script:Run.Phase = 'Discovery'
    $script:Run.CurrentBlock = $root
    try {
        do { $null = & $script:Run.UserScope.Load $File } while ($false)
        if ($null -ne $root.BeforeEach -or $null -ne $root.AfterEach) {
            throw 'BeforeEach and AfterEach belong inside a Describe or Context, not directly in the file.'
        }
    }
    catch {
        $root.Errors.Add($_)
    }
    finally {
        $script:Run.Phase = 'None'
        $script:Run.CurrentBlock = $null
    }

    $root
}

# One block per element of -ForEach; its body runs right away, in a scope of its own.
function Add-Block([string] $Command, [System.Collections.IDictionary] $Bound, $Invocation) {
    Assert-Discovery $Invocation
    if (-not $Bound.ContainsKey('Fixture') -or $null -eq $Bound.Fixture) {
        throw "$Command '$($Bound.Name)' has no script block. Its opening brace belongs on the line of $Command."
    }

    $parent = $script:Run.CurrentBlock
    $tag = if ($Bound.ContainsKey('Tag')) { $Bound.Tag } else { @() }
    $skip = $Bound.ContainsKey('Skip') -and [bool]$Bound.Skip
    foreach ($case in Get-DataCase $Bound) {
        $block = New-Block $Bound.Name $parent $Command $tag $skip $case.Data $Bound.Fixture $Invocation.ScriptLineNumber
        $parent.Items.Add($block)
        $script:Run.CurrentBlock = $block
        try {
            do {
                $null = & $script:Run.UserScope.Enter {
                    Set-DataVariable $block.Data
                    . $block.Body
                }
            } while ($false)
        }
        finally {
            $script:Run.CurrentBlock = $parent
        }
    }
}

# A list of { Data }, so that a case which is itself $null or a collection survives the pipeline. No -ForEach
# is one case without data; an empty one is no case.
function Get-DataCase([System.Collections.IDictionary] $Bound) {
    if (-not $Bound.ContainsKey('ForEach')) {
        return @{ Data = $null }
    }

    if ($null -eq $Bound.ForEach) {
        return
    }

    foreach ($element in @($Bound.ForEach)) {
        @{ Data = $element }
    }
}

function Add-Setup([string] $Kind, [scriptblock] $ScriptBlock, $Invocation) {
    Assert-Discovery $Invocation
    $block = $script:Run.CurrentBlock
    if ($null -ne $block.$Kind) {
        # Pester keeps the last one and forgets the others without a word.
        Deny-Use "a second $Kind in the same block" $Invocation
    }

    $block.$Kind = $ScriptBlock
}

function Assert-Discovery($Invocation) {
    $name = $Invocation.MyCommand.Name
    if ($null -eq $script:Run) {
        throw "$name works only in a file run by Invoke-AcceptanceTests.ps1."
    }

    if ($script:Run.Phase -ne 'Discovery') {
        Deny-Use "$name inside a block that runs (It, Before…, After…)" $Invocation
    }
}
