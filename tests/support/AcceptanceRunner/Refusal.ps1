# What this runner does not know it refuses, by file and line. A word of Pester's that it silently took for
# something else would turn a test into one that cannot fail.

# Parameters of each command; those of Should come from its operators.
$script:KnownParameters = @{
    'Describe'        = 'Name', 'Fixture', 'Tag', 'Tags', 'Skip', 'ForEach'
    'Context'         = 'Name', 'Fixture', 'Tag', 'Tags', 'Skip', 'ForEach'
    'It'              = 'Name', 'Test', 'Tag', 'Skip', 'ForEach', 'TestCases'
    'BeforeDiscovery' = @('ScriptBlock')
    'BeforeAll'       = @('ScriptBlock')
    'BeforeEach'      = @('ScriptBlock')
    'AfterEach'       = @('ScriptBlock')
    'AfterAll'        = @('ScriptBlock')
    'Set-ItResult'    = 'Skipped', 'Inconclusive', 'Because'
}

# Everything of Pester's that is not built here, so that a helper script cannot call it unnoticed either.
function Deny-PesterCommand {
    [Alias(
        'Mock', 'InModuleScope', 'Assert-MockCalled', 'Assert-VerifiableMock', 'Assert-VerifiableMocks',
        'Add-ShouldOperator', 'Get-ShouldOperator', 'New-MockObject', 'New-Fixture', 'Invoke-Pester',
        'New-PesterConfiguration', 'New-PesterContainer', 'Export-NUnitReport', 'Export-JUnitReport',
        'ConvertTo-NUnitReport', 'ConvertTo-JUnitReport', 'ConvertTo-Pester4Result')]
    [CmdletBinding()]
    param(
        [Parameter(ValueFromRemainingArguments)] [object[]] $Rest,
        [Parameter(ValueFromPipeline)] [object] $InputObject
    )

    end {
        Deny-Use $MyInvocation.InvocationName $MyInvocation
    }
}

# Noted in the run before it is thrown: a test that catches the exception does not make it undone.
function Deny-Use([string] $What, $Invocation) {
    $message = "$($Invocation.ScriptName):$($Invocation.ScriptLineNumber): $What is not supported by this runner."
    if ($null -ne $script:Run) {
        $script:Run.Refusals.Add($message)
    }

    throw [System.Management.Automation.ErrorRecord]::new(
        [System.NotSupportedException]::new($message), 'AcceptanceRunnerNotSupported', 'NotImplemented', $What)
}

# Catches what reading the file cannot: splatted parameters, helper scripts.
function Assert-KnownUse($Invocation) {
    $known = Get-KnownParameter $Invocation.MyCommand.Name
    foreach ($name in $Invocation.BoundParameters.Keys) {
        if ($name -notin $known) {
            Deny-Use "$($Invocation.MyCommand.Name) -$name" $Invocation
        }
    }
}

function Get-KnownParameter([string] $Command) {
    if ($Command -eq 'Should') { $script:ShouldParameterNames } else { $script:KnownParameters[$Command] }
}

# Reads the file without running it. Returns one line for each thing that is not supported, or not PowerShell.
function Get-UnsupportedUse([string] $File) {
    $tokens = $null
    $parseErrors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($File, [ref]$tokens, [ref]$parseErrors)
    if ($parseErrors.Count -gt 0) {
        foreach ($parseError in $parseErrors) {
            "${File}:$($parseError.Extent.StartLineNumber): $($parseError.Message)"
        }

        return
    }

    $isCommand = { param($node) $node -is [System.Management.Automation.Language.CommandAst] }
    foreach ($command in $ast.FindAll($isCommand, $true)) {
        foreach ($what in Get-UnsupportedPart $command) {
            "${File}:$($command.Extent.StartLineNumber): $what is not supported by this runner."
        }
    }
}

function Get-UnsupportedPart([System.Management.Automation.Language.CommandAst] $Command) {
    $name = $Command.GetCommandName()
    if ([string]::IsNullOrEmpty($name)) {
        return
    }

    if ($name -like 'Should-*' -or $name -in $MyInvocation.MyCommand.Module.ExportedAliases.Keys) {
        return $name
    }

    $known = Get-KnownParameter $name
    if ($null -eq $known) {
        return
    }

    $used = @($Command.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] })
    foreach ($parameter in $used) {
        if ($parameter.ParameterName -notin $known) {
            "$name -$($parameter.ParameterName)"
        }
    }

    $isSplatted = $Command.CommandElements.Where({
            $_ -is [System.Management.Automation.Language.VariableExpressionAst] -and $_.Splatted }).Count -gt 0
    if ($isSplatted) {
        return
    }

    if ($name -eq 'Should' -and @($used | Where-Object { $_.ParameterName -in $script:OperatorNames }).Count -ne 1) {
        'Should without exactly one operator'
    }

    if ($name -in 'Describe', 'Context', 'It' -and
        $Command.CommandElements.Count -gt 1 -and
        $Command.CommandElements[1] -is [System.Management.Automation.Language.ScriptBlockExpressionAst]) {
        "$name without a name"
    }
}
