# What the default rules of PSScriptAnalyzer would say of a script, as far as the engine's own parser can tell.

Set-StrictMode -Version Latest

$Approved = @('VerbsCommon', 'VerbsCommunications', 'VerbsData', 'VerbsDiagnostic', 'VerbsLifecycle', 'VerbsOther', 'VerbsSecurity' | ForEach-Object {
        ([type] "System.Management.Automation.$_").GetFields() | ForEach-Object Name
    })
$Changing = 'New', 'Set', 'Remove', 'Start', 'Stop', 'Restart', 'Reset', 'Update'
$Aliases = @('%', '?', 'cat', 'cd', 'chdir', 'clc', 'clear', 'cli', 'clp', 'cls', 'compare', 'copy', 'cp', 'cpi', 'cvpa', 'del', 'diff', 'dir', 'echo', 'epal',
    'epcsv', 'erase', 'fc', 'fl', 'foreach', 'ft', 'fw', 'gal', 'gc', 'gci', 'gcm', 'gdr', 'ghy', 'gi', 'gin', 'gip', 'gjb', 'gl', 'gm', 'gmo', 'gp', 'gps', 'group',
    'gsv', 'gu', 'gv', 'h', 'history', 'icm', 'iex', 'ihy', 'ii', 'ipal', 'ipcsv', 'ipmo', 'irm', 'iwr', 'kill', 'ls', 'man', 'measure', 'mi', 'mount', 'move',
    'mp', 'mv', 'nal', 'ndr', 'ni', 'nmo', 'nv', 'ogv', 'oh', 'popd', 'ps', 'pushd', 'pwd', 'r', 'rcjb', 'rd', 'rdr', 'ren', 'ri', 'rjb', 'rm', 'rmdir', 'rmo',
    'rni', 'rnp', 'rp', 'rv', 'rvpa', 'sajb', 'sal', 'saps', 'sasv', 'sbp', 'select', 'set', 'shcm', 'si', 'sl', 'sleep', 'sls', 'sort', 'sp', 'spjb', 'spps',
    'spsv', 'start', 'sv', 'tee', 'type', 'where', 'wjb', 'write')
$BuiltIn = 'Get-Command', 'Get-Content', 'Set-Content', 'Get-Item', 'Get-Help', 'Get-Module', 'Get-Process', 'Get-Date', 'Write-Error', 'Write-Verbose', 'Write-Output', 'Start-Process', 'Test-Path', 'Join-Path'
$Forbidden = @{ 'Write-Host' = 'AvoidUsingWriteHost'; 'Invoke-Expression' = 'AvoidUsingInvokeExpression'; 'Get-WmiObject' = 'AvoidUsingWMICmdlet'; 'ConvertTo-SecureString' = 'AvoidUsingConvertToSecureStringWithPlainText' }

# Rules about parameters and statements.
. "$PSScriptRoot/ScriptRules.Statements.ps1"

function Find-All([System.Management.Automation.Language.Ast] $Ast, [type] $Type) {
    @($Ast.FindAll({ $args[0] -is $Type }.GetNewClosure(), $true))
}

function New-Finding {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object in memory.')]
    [CmdletBinding()]
    param([string] $Rule, [System.Management.Automation.Language.Ast] $Ast, [string] $What)

    "$($Rule): $([System.IO.Path]::GetFileName("$($Ast.Extent.File)")):$($Ast.Extent.StartLineNumber): $What"
}

function Test-Suppressed([System.Management.Automation.Language.FunctionDefinitionAst] $Function, [string] $Rule) {
    $param = $Function.Body.ParamBlock
    $null -ne $param -and @($param.Attributes | Where-Object { $_.TypeName.Name -like '*SuppressMessage*' -and "$($_.PositionalArguments[0])" -match $Rule -and "$_" -match 'Justification' }).Count -gt 0
}

function Get-CommandFinding([System.Management.Automation.Language.Ast] $Ast) {
    $declared = @(Find-All $Ast ([System.Management.Automation.Language.FunctionDefinitionAst]) | ForEach-Object Name)
    foreach ($command in Find-All $Ast ([System.Management.Automation.Language.CommandAst])) {
        $name = $command.GetCommandName()
        if (-not $name) {
            continue
        }

        if ($name -in $Aliases) {
            New-Finding -Rule AvoidUsingCmdletAliases -Ast $command -What $name
        }

        if ($Forbidden.ContainsKey($name)) {
            New-Finding -Rule $Forbidden[$name] -Ast $command -What $name
        }

        $positional = 0
        for ($i = 1; $i -lt $command.CommandElements.Count; $i++) {
            $element = $command.CommandElements[$i]
            $afterParameter = $command.CommandElements[$i - 1] -is [System.Management.Automation.Language.CommandParameterAst] -and -not $command.CommandElements[$i - 1].Argument
            if ($element -isnot [System.Management.Automation.Language.CommandParameterAst] -and -not $afterParameter) {
                $positional++
            }
        }

        # As the real rule: only commands it can know, and none that is called with any parameter by name.
        $named = @($command.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }).Count -gt 0
        if ($positional -ge 3 -and -not $named -and $name -in $declared) {
            New-Finding -Rule AvoidUsingPositionalParameters -Ast $command -What $name
        }
    }
}

function Get-FunctionFinding([System.Management.Automation.Language.Ast] $Ast) {
    foreach ($function in Find-All $Ast ([System.Management.Automation.Language.FunctionDefinitionAst])) {
        $verb, $noun = $function.Name.Split('-', 2)
        if ($noun -and $verb -notin $Approved) {
            New-Finding -Rule UseApprovedVerbs -Ast $function -What $function.Name
        }

        if ($noun -and $noun -cmatch '[a-rt-z]s$' -and $noun -cnotmatch '(ss|us|is|Alias|Status|Address)$' -and -not (Test-Suppressed $function 'PSUseSingularNouns')) {
            New-Finding -Rule UseSingularNouns -Ast $function -What $function.Name
        }

        if ($function.Name -in $BuiltIn) {
            New-Finding -Rule AvoidOverwritingBuiltInCmdlets -Ast $function -What $function.Name
        }

        if ($noun -and $verb -in $Changing -and $function.Extent.Text -notmatch 'SupportsShouldProcess' -and -not (Test-Suppressed $function 'PSUseShouldProcess')) {
            New-Finding -Rule UseShouldProcessForStateChangingFunctions -Ast $function -What $function.Name
        }

        if ($function.Extent.Text -match 'CmdletBinding\([^)]*SupportsShouldProcess' -and $function.Extent.Text -notmatch '\.ShouldProcess\(') {
            New-Finding -Rule ShouldProcess -Ast $function -What $function.Name
        }
    }
}

# All findings of a file: an empty list is what is wanted.
function Get-ScriptFinding {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path, [switch] $IsPart)

    $errors = $tokens = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $tokens, [ref] $errors)
    foreach ($parseError in $errors) {
        "ParseError: $([System.IO.Path]::GetFileName($Path)):$($parseError.Extent.StartLineNumber): $($parseError.Message)"
    }

    if (-not $IsPart -and $ast.Extent.Text -notmatch '(?m)^Set-StrictMode -Version (Latest|3\.0)') {
        New-Finding -Rule StrictMode -Ast $ast -What 'Set-StrictMode is missing'
    }

    $lines = $ast.Extent.Text.Split("`n")
    for ($i = 0; $i -lt $lines.Count; $i++) {
        if ($lines[$i] -match '[ \t]+$') {
            "AvoidTrailingWhitespace: $([System.IO.Path]::GetFileName($Path)):$($i + 1)"
        }
    }

    Get-CommandFinding $ast
    Get-FunctionFinding $ast
    Get-ParameterFinding $ast
    Get-StatementFinding $ast
}

Export-ModuleMember -Function Get-ScriptFinding
