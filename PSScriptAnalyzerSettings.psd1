# Invoke-ScriptAnalyzer finds this file by itself when it is given this folder: Invoke-ScriptAnalyzer . -Recurse
@{
    ExcludeRules = @(
        # Build, tests and the station speak to a person, and their functions return something else.
        'PSAvoidUsingWriteHost'
    )
}
