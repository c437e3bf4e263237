# Rules about parameters and statements; part of ScriptRules.psm1.

function Get-ParameterFinding([System.Management.Automation.Language.Ast] $Ast) {
    foreach ($parameter in Find-All $Ast ([System.Management.Automation.Language.ParameterAst])) {
        $name = $parameter.Name.VariablePath.UserPath
        if ($name -match '(?i)(password|passphrase)' -and $parameter.StaticType -in [string], [object]) {
            New-Finding -Rule AvoidUsingPlainTextForPassword -Ast $parameter -What $name
        }

        if ($parameter.StaticType -eq [switch] -and $parameter.DefaultValue -and "$($parameter.DefaultValue)" -eq '$true') {
            New-Finding -Rule AvoidDefaultValueSwitchParameter -Ast $parameter -What $name
        }

        $owner = $parameter.Parent
        $scope = if ($owner -is [System.Management.Automation.Language.ParamBlockAst]) { $owner.Parent } else { $owner }
        if ($scope -isnot [System.Management.Automation.Language.Ast]) {
            continue
        }

        $uses = @($scope.FindAll({ $args[0] -is [System.Management.Automation.Language.VariableExpressionAst] -and $args[0].VariablePath.UserPath -replace '^(using|script|local):' -eq $name }.GetNewClosure(), $true))
        $bound = $scope.Extent.Text -match '\$PSBoundParameters|\$args\b'
        if ($uses.Count -lt 2 -and -not $bound) {
            New-Finding -Rule ReviewUnusedParameter -Ast $parameter -What $name
        }
    }
}

function Get-StatementFinding([System.Management.Automation.Language.Ast] $Ast) {
    foreach ($catch in Find-All $Ast ([System.Management.Automation.Language.CatchClauseAst])) {
        if ($catch.Body.Statements.Count -eq 0) {
            New-Finding -Rule AvoidUsingEmptyCatchBlock -Ast $catch -What 'catch'
        }
    }

    foreach ($variable in Find-All $Ast ([System.Management.Automation.Language.VariableExpressionAst])) {
        if ($variable.VariablePath.IsGlobal -and $variable.VariablePath.UserPath -notmatch '(?i)^global:(LASTEXITCODE|Error)$') {
            New-Finding -Rule AvoidGlobalVars -Ast $variable -What "$variable"
        }
    }

    foreach ($comparison in Find-All $Ast ([System.Management.Automation.Language.BinaryExpressionAst])) {
        if ("$($comparison.Operator)" -match '^[IC](eq|ne)$' -and "$($comparison.Right)" -eq '$null') {
            New-Finding -Rule PossibleIncorrectComparisonWithNull -Ast $comparison -What "$comparison"
        }
    }

    $automatic = 'args', 'input', 'matches', 'error', 'host', 'pid', 'profile', 'sender', 'this', 'event', 'home', 'pshome', 'true', 'false', 'null', 'executioncontext', 'foreach', 'switch'
    foreach ($assignment in Find-All $Ast ([System.Management.Automation.Language.AssignmentStatementAst])) {
        if ($assignment.Left -is [System.Management.Automation.Language.VariableExpressionAst] -and $assignment.Left.VariablePath.UserPath -in $automatic -and "$($assignment.Left)" -ne '$null') {
            New-Finding -Rule AvoidAssignmentToAutomaticVariable -Ast $assignment -What "$($assignment.Left)"
        }
    }
}
