# Help is complete, names nothing that does not exist, and its examples run exactly as printed.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeDiscovery {
    $docs = Convert-Path "$PSScriptRoot/../docs/en-US"
    . "$PSScriptRoot/../tools/HelpPage.ps1"
    $commands = (Import-PowerShellDataFile "$PSScriptRoot/../AutoRegister.psd1").CmdletsToExport
    $examples = foreach ($name in $commands) {
        foreach ($example in (Read-HelpPage -Path "$docs/$name.md").Examples) {
            @{ Place = $name; Title = $example.Title; Code = $example.Code }
        }
    }

    $examples += foreach ($file in Get-Item "$docs/about_*.md") {
        $number = 0
        foreach ($match in [regex]::Matches((Get-Content $file -Raw), '(?s)```powershell\n(.*?)\n```')) {
            $number++
            @{ Place = $file.BaseName; Title = "Example $number"; Code = $match.Groups[1].Value }
        }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    . "$PSScriptRoot/../tools/HelpPage.ps1"
    Import-Module (Get-RigPath Module)
    $docs = Convert-Path "$PSScriptRoot/../docs/en-US"
    $factory = Start-RigFactory -Path "$TestDrive/factory"
}

AfterAll {
    Stop-RigFactory $factory
}

Describe 'Help of <_>' -Tag 'Beside' -ForEach $commands {
    BeforeAll {
        $name = $_
        $help = Get-Help $name -Full
        $parameters = @((Get-Command $name).Parameters.Values | Where-Object Name -NotIn ([System.Management.Automation.Cmdlet]::CommonParameters))
    }

    It 'is what Get-Help shows' {
        $help.Synopsis | Should -Be (ConvertTo-PlainText -Markdown ((Read-HelpPage -Path "$docs/$name.md").Section['SYNOPSIS'] -replace '\s+', ' '))
        @($help.description).Count | Should -BeGreaterThan 0
        @($help.examples.example).Count | Should -BeGreaterThan 0
    }

    It 'describes every parameter, and none that is not there' {
        $real = $parameters.Name | Sort-Object
        $help.parameters.parameter | Where-Object { $_.description.Text } | ForEach-Object name | Sort-Object | Should -Be $real
        (Read-HelpPage -Path "$docs/$name.md").Parameters.Keys | Sort-Object | Should -Be $real
    }

    It 'names its output types' {
        foreach ($type in (Get-Command $name).OutputType.Name) {
            @($help.returnValues.returnValue.type.name) | Should -Contain $type
        }
    }
}

Describe 'about topics' -Tag 'Beside' {
    It 'has <_>' -ForEach 'about_AutoRegister', 'about_AutoRegister_Errors', 'about_AutoRegister_Hsm', 'about_AutoRegister_FactoryLine' {
        "$(Get-Help $_)" | Should -Match "^TOPIC\s+$_"
    }

    It 'fits 80 columns: <_>' -ForEach 'about_AutoRegister', 'about_AutoRegister_Errors', 'about_AutoRegister_Hsm', 'about_AutoRegister_FactoryLine' {
        $lines = (Get-Help $_ | Out-String -Width 200).Split("`n")
        $lines.Count | Should -BeGreaterThan 20
        $lines | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }

    It 'explains every error, with a remedy, and none that does not exist' {
        $sections = [regex]::Matches((Get-Content "$docs/about_AutoRegister_Errors.md" -Raw), '(?s)### (\w+)\n(?:(?!### ).)+?\nRemedy: \S')
        $explained = $sections | ForEach-Object { $_.Groups[1].Value }
        $core = (Get-Command Get-SotaConfig).ImplementingType.Assembly.GetReferencedAssemblies() | Where-Object Name -EQ 'AutoRegister.Core'
        $context = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Get-SotaConfig).ImplementingType.Assembly)
        $ids = $context.LoadFromAssemblyName($core).GetType('AutoRegister.Core.Errors.ErrorId').GetEnumNames()
        $explained -join ' ' | Should -Be ($ids -join ' ')
    }
}

# The project has no public home.
Describe 'Help from elsewhere' -Tag 'Beside' {
    BeforeAll {
        # What asks for a host asks this proxy.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $proxy = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
    }

    AfterAll {
        $listener.Stop()
    }

    It 'is not to be had, which -Online says in a sentence: <_>' -ForEach $commands {
        $problem = { Get-Help $_ -Online } | Should -Throw -PassThru
        "$problem".Split("`n").Count | Should -Be 1
        "$problem" | Should -Match 'is not specified'
    }

    It 'is not looked for by Update-Help, which says in a sentence that there is none' {
        $module = Get-RigPath Module
        $words = Start-Job {
            $env:http_proxy = $env:HTTPS_PROXY = $env:ALL_PROXY = $using:proxy
            $env:NO_PROXY = $null
            Import-Module $using:module
            Update-Help -UICulture en-US -Module AutoRegister *>&1 | ForEach-Object { "$_" }
        } | Receive-Job -Wait -AutoRemoveJob
        @($words).Count | Should -Be 1 -Because "$words"
        $words | Should -Match 'does not support updatable help'
        $listener.Pending() | Should -BeFalse
    }

    It 'is not missed by Update-Help for all modules' {
        $module = Get-RigPath Module
        $words = Start-Job {
            # Others have something to fetch, and nobody answers.
            $env:http_proxy = $env:HTTPS_PROXY = $env:ALL_PROXY = 'http://127.0.0.1:9'
            $env:NO_PROXY = $null
            $env:PSModulePath = "$PSHOME/Modules"
            Import-Module $using:module
            Update-Help -UICulture en-US *>&1 | ForEach-Object { "$_" }
        } | Receive-Job -Wait -AutoRemoveJob
        "$words" | Should -Match 'Microsoft\.PowerShell'
        "$words" | Should -Not -Match 'AutoRegister'
    }
}

Describe 'Examples' -Tag 'Beside' {
    It '<Place>, <Title>, runs as printed' -ForEach $examples {
        $work = (New-Item -ItemType Directory "$TestDrive/$([guid]::NewGuid())" -Force).FullName
        $device = New-RigDevice -Path "$work/image" -Token $factory.Token
        # A device's own root is where the example's reader would be; whoever names another one gets that.
        $script = "Set-StrictMode -Version Latest; `$ErrorActionPreference = 'Stop'; Set-Location '$work'; [Environment]::CurrentDirectory = '$work'`n" +
        "Import-Module '$(Get-RigPath Module)'; `$PSDefaultParameterValues = @{ 'Get-SotaConfig:Root' = '$work/image'; 'Test-SotaRegistration:Root' = '$work/image' }`n$Code`n"
        $run = Invoke-RigScript "$work/example.ps1" -Text $script -Environment (Get-RigEnvironment $device $factory)
        $run.Error | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        $run.Output | Should -Not -BeNullOrEmpty
    }
}
