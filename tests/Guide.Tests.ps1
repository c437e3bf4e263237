# Every command of the guide docs/first-boot.md is one that a test or a soak runs.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    $commands = @(Get-GuideCommand | ForEach-Object { @{ Command = $_ } })
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    # What the tests ask for, read from their syntax trees; a name in double quotes may have variables in it.
    $asked = foreach ($file in Get-ChildItem $PSScriptRoot, "$PSScriptRoot/../tools" -Recurse -Filter '*.ps1') {
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
        foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            if ($call.GetCommandName() -eq 'Get-GuideCommand' -and $call.CommandElements.Count -gt 1) {
                $call.CommandElements[1].Value -replace '\$name', 'autoregister_VERSION_ARCHITECTURE.deb'
            }
        }
    }
}

Describe 'The guide' {
    It 'has commands' {
        @(Get-GuideCommand).Count | Should -BeGreaterThan 5
    }

    It 'has one that a test runs: <Command>' -ForEach $commands {
        $asked | Should -Contain $Command
    }

    It 'is refused a command it does not have' {
        { Get-GuideCommand 'systemctl nothing' } | Should -Throw -ExpectedMessage "*has no command 'systemctl nothing'*"
    }
}
