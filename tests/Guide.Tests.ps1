# Every command of the guides in docs is one that a test or a soak runs.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    $guides = 'first-boot', 'install', 'local-factory', 'line-engineer', 'factory-server'
    $commands = foreach ($guide in $guides) {
        Get-GuideCommand -Guide $guide | ForEach-Object { @{ Guide = $guide; Command = $_ } }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    # What the tests ask for, read from their syntax trees; a name in double quotes may have variables in it.
    $asked = foreach ($file in Get-ChildItem $PSScriptRoot, "$PSScriptRoot/../tools" -Recurse -Filter '*.ps1') {
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
        foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            # The second is the factory server's tests' own, and takes the same text first.
            if ($call.GetCommandName() -in 'Get-GuideCommand', 'Invoke-GuideCommand' -and $call.CommandElements.Count -gt 1 -and $call.CommandElements[1].PSObject.Properties['Value']) {
                $call.CommandElements[1].Value -replace '\$name', 'autoregister_VERSION_ARCHITECTURE.deb'
            }
        }
    }
}

Describe 'The guide <_>' -ForEach $guides {
    It 'has commands' {
        @(Get-GuideCommand -Guide $_).Count | Should -BeGreaterThan 1
    }

    It 'is refused a command it does not have' {
        { Get-GuideCommand 'systemctl nothing' -Guide $_ } | Should -Throw -ExpectedMessage "*has no command 'systemctl nothing'*"
    }
}

Describe 'A command of <Guide>' -ForEach $commands {
    It 'is one that a test runs: <Command>' {
        $asked | Where-Object { $Command.StartsWith($_, [StringComparison]::Ordinal) } | Should -Not -BeNullOrEmpty
    }
}
