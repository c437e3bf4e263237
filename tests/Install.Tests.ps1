# The guides docs/install.md and docs/local-factory.md, and the first command of docs/line-engineer.md, as somebody follows them.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester''s blocks hand variables on.')]
param()

BeforeAll {
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"
    Import-Module "$PSScriptRoot/support/NetworkRig.psm1"
    Import-Module "$PSScriptRoot/support/Guide.psm1"
    . "$PSScriptRoot/../tools/Common.ps1"
    . "$PSScriptRoot/../tools/Package.ps1"
    $top = Convert-Path "$PSScriptRoot/.."

    # Starts a factory by a command of the guide, and waits until its port answers.
    function Start-Factory {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A process of the test, which ends with it.')]
        param([string] $Command, [string] $Url)

        $process = Start-RigProcess sh @('-c', "cd '$top' && exec $Command")
        $null = $process.StandardOutput.ReadToEndAsync()
        $null = $process.StandardError.ReadToEndAsync()
        $limit = (Get-Date).AddSeconds(60)
        do {
            (Get-Date) -lt $limit -and -not $process.HasExited | Should -BeTrue -Because "'$Command' must start"
            Start-Sleep -Milliseconds 50
        } until ((Invoke-RigProcess curl @('--silent', '--insecure', $Url)).ExitCode -eq 0)

        $process
    }
}

Describe 'The module package' {
    BeforeAll {
        # The repository, and somebody's home.
        $Package = New-Item -ItemType Directory "$TestDrive/repository"
        $userHome = New-Item -ItemType Directory "$TestDrive/home"
        Copy-Item (Get-RigPath Module) "$TestDrive/module" -Recurse
        Publish-ModulePackage "$TestDrive/module"
        $opt = New-Item -ItemType Directory "$TestDrive/opt"
        $script = @(
            '$ErrorActionPreference = "Stop"'
            Get-GuideCommand 'Register-PSResourceRepository' -Guide install -Instead @{ FOLDER = "'$Package'" }
            Get-GuideCommand 'Install-PSResource' -Guide install
            Get-GuideCommand 'Import-Module AutoRegister' -Guide install
            '(Get-Module AutoRegister).ModuleBase'
            Get-GuideCommand 'Get-Command -Module AutoRegister' -Guide install
            Get-GuideCommand 'Get-Help about_AutoRegister' -Guide install
            Get-GuideCommand 'Save-PSResource AutoRegister' -Guide install -Instead @{ '/opt' = "'$opt'" }
        ) -join "`n"
        Set-Content "$TestDrive/install.ps1" $script
        $program, $first = $PowerShell
        $installed = Invoke-RigProcess $program ($first + @('-File', "$TestDrive/install.ps1")) -Environment @{ HOME = "$userHome"; XDG_DATA_HOME = $null; PSModulePath = $null }
    }

    It 'is installed from a folder by PowerShell, with cmdlets and help' {
        $installed.Error | Should -BeNullOrEmpty
        $installed.Output | Should -Match "(?m)^$([regex]::Escape("$userHome"))/.*/AutoRegister/\d"
        $installed.Output | Should -Match 'New-HsmDeviceKey'
        $installed.Output | Should -Match 'ABOUT_AUTOREGISTER|about_AutoRegister'
    }

    Context 'saved for a line' {
        BeforeAll {
            $factory = Start-RigFactory -Path "$TestDrive/line-factory"
            $version = (Get-ChildItem "$opt/AutoRegister").Name
            $config = New-RigDevice -Path "$TestDrive/line-config" -Token $factory.Token -Hsm ''
            $command = Get-GuideCommand 'sh /opt' -Guide line-engineer -Instead @{ '/opt' = $opt; VERSION = $version; '/srv/line-config' = $config.Root; '/srv/line ' = "$TestDrive/line " }
            # A path with one pwsh and nothing else of the developer's.
            $bin = New-Item -ItemType Directory "$TestDrive/bin"
            $null = New-Item -ItemType SymbolicLink "$bin/pwsh" -Value (Get-RigPath Shell)
            $alone = @{ PATH = "${bin}:/usr/bin:/bin"; DEVICE_API = $factory.api; SSL_CERT_FILE = $factory.caFile }
        }

        AfterAll {
            Stop-RigFactory $factory
        }

        It 'is a station whose first command registers what is scanned' {
            $run = Invoke-RigProcess sh @('-c', $command) -InputText "SN1`nend`n" -Environment $alone
            $run.ExitCode | Should -Be 0 -Because ($run.Error + $run.Output)
            $run.Output | Should -Match '(?m)^OK      SN1 '
        }

        It 'says what a station without PowerShell lacks' -Skip:(Test-Path /usr/lib/autoregister/pwsh) {
            Remove-Item "$bin/pwsh"
            $run = Invoke-RigProcess /bin/sh @('-c', $command) -Environment $alone
            $run.ExitCode | Should -Be 69
            $run.Error | Should -Match "no 'pwsh' on the PATH .*install PowerShell"
        }
    }
}

Describe 'A factory of one''s own' {
    It 'registers a device, and lists it' {
        $port = "$(Get-RigFreePort)"
        $data = "$TestDrive/own-factory"
        $process = Start-Factory (Get-GuideCommand 'out/factory/lmp-factory dev --data /tmp/factory' -Guide local-factory -Instead @{ '/tmp/factory' = $data; '8443' = $port }) "https://127.0.0.1:$port/"
        try {
            $pipeline = Get-GuideCommand 'Get-SotaConfig' -Guide local-factory -Instead @{ '/tmp/factory' = $data; '8443' = $port; '/tmp/my-device' = "$TestDrive/my-device" }
            $run = Invoke-RigProcess (Get-RigPath Shell) @('-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "`$PSStyle.OutputRendering = 'PlainText'; Import-Module '$(Get-RigPath Module)'; $pipeline")
            $run.Error | Should -BeNullOrEmpty
            $run.Output | Should -Match '(?m)^GatewayVerified +: True'
            $listed = Invoke-RigProcess sh @('-c', "cd '$top' && $(Get-GuideCommand 'out/factory/lmp-factory devices list' -Guide local-factory -Instead @{ '/tmp/factory' = $data })")
            $listed.Output | Should -Match ([regex]::Match($run.Output, 'Uuid +: (\S+)').Groups[1].Value)
        }
        finally {
            $process.Kill()
            $process.WaitForExit()
        }
    }

    It 'is reached by the name and the ports that it is told' {
        $api, $gateway = (Get-RigFreePort), (Get-RigFreePort)
        $data = "$TestDrive/named-factory"
        $command = Get-GuideCommand 'out/factory/lmp-factory dev --data /srv/factory' -Guide local-factory -Instead ([ordered]@{
                '/srv/factory' = $data; '192.0.2.10' = '127.0.0.1'; 'factory.lan' = 'localhost'; '8443' = "$api"; '8444' = "$gateway" })
        $process = Start-Factory $command "https://localhost:$api/"
        try {
            (Invoke-RigProcess curl @('--silent', '--cacert', "$data/root.crt", "https://localhost:$api/")).ExitCode | Should -Be 0
        }
        finally {
            $process.Kill()
            $process.WaitForExit()
        }
    }
}
