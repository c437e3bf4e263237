# Our own scripts, as far as the engine's parser can judge them by PSScriptAnalyzer's default rules.

BeforeDiscovery {
    $top = [System.IO.Path]::GetFullPath("$PSScriptRoot/..")
    $scripts = foreach ($folder in 'module', 'tools', 'tests') {
        foreach ($file in [System.IO.Directory]::GetFiles("$top/$folder", '*.ps*1', 'AllDirectories')) {
            if ($file -match '\.psm?1$' -and $file -notmatch '/(bin|obj)/') {
                $name = [System.IO.Path]::GetRelativePath($top, $file)
                @{
                    Name = $name
                    Path = $file
                    # Dot-sourced, or run by a test runner: the strict mode is the caller's.
                    IsPart = $name -match '\.Tests\.ps1$|/fixtures/|^tests/soak/firstboot/|^tests/support/(AcceptanceRunner/|Test-|Invoke-|ScriptRules\.Statements)|^tools/(?!Help\.ps1)'
                    # The runner's own tests share state in global variables, and its words are named and ordered as Pester's are.
                    IsRunner = $name -match '^tests/support/(AcceptanceRunner/|fixtures/|Test-AcceptanceRunner)'
                }
            }
        }
    }

    $scripts += @{ Name = 'build.ps1'; Path = "$top/build.ps1"; IsPart = $false; IsRunner = $false }
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/ScriptRules.psm1"
}

Describe 'Script <Name>' -ForEach $scripts {
    It 'has no finding' {
        $findings = @(Get-ScriptFinding -Path $Path -IsPart:$IsPart)
        if ($IsRunner) {
            $findings = @($findings | Where-Object { $_ -notmatch '^(AvoidGlobalVars|AvoidUsingPositionalParameters|ReviewUnusedParameter|UseShouldProcessForStateChangingFunctions):' })
        }

        $findings -join "`n" | Should -BeNullOrEmpty
    }
}

Describe 'The rules' {
    It 'find <Rule> in <Text>' -ForEach @(
        @{ Rule = 'AvoidUsingCmdletAliases'; Text = '1 | % { $_ }' }
        @{ Rule = 'AvoidUsingInvokeExpression'; Text = 'Invoke-Expression $x' }
        @{ Rule = 'AvoidUsingWriteHost'; Text = 'Write-Host hello' }
        @{ Rule = 'UseApprovedVerbs'; Text = 'function Frobnicate-Thing { }' }
        @{ Rule = 'UseShouldProcessForStateChangingFunctions'; Text = 'function Remove-Thing { }' }
        @{ Rule = 'UseSingularNouns'; Text = 'function Get-Things { }' }
        @{ Rule = 'AvoidUsingPlainTextForPassword'; Text = 'function Get-Thing { param([string] $Password) $Password }' }
        @{ Rule = 'ReviewUnusedParameter'; Text = 'function Get-Thing { param($Other) }' }
        @{ Rule = 'AvoidUsingEmptyCatchBlock'; Text = 'try { 1 } catch { }' }
        @{ Rule = 'AvoidGlobalVars'; Text = '$global:x = 1' }
        @{ Rule = 'PossibleIncorrectComparisonWithNull'; Text = '$x -eq $null' }
        @{ Rule = 'AvoidAssignmentToAutomaticVariable'; Text = '$args = 1' }
        @{ Rule = 'StrictMode'; Text = '1' }
        @{ Rule = 'ParseError'; Text = 'if (' }
    ) {
        [System.IO.File]::WriteAllText("$TestDrive/rule.ps1", $Text)
        @(Get-ScriptFinding -Path "$TestDrive/rule.ps1") -match "^$Rule" | Should -Not -BeNullOrEmpty
    }
}
