# Builds what is shipped: the module with its private folder, the host, the local factory.

function Build-Module {
    [CmdletBinding()]
    param()

    # ReadyToRun code is for this machine's architecture, and the runtime of another refuses to load it.
    Publish-ModuleFolder (Join-Top out module AutoRegister) (Get-RuntimeIdentifier)
}

# The module's folder; without a runtime identifier it has no code that is compiled ahead of time.
function Publish-ModuleFolder {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Module,
        [Parameter(Position = 1)] [string] $Runtime = '',
        # A built module whose help is copied: help is made by loading a module, and another architecture's cannot be loaded.
        [string] $HelpFrom = ''
    )

    Remove-Folder $Module
    $publish = @('-c', 'Release', '-v', 'quiet')
    if ($Runtime) {
        $publish += @('-r', $Runtime, '--self-contained', 'false', '-p:PublishReadyToRun=true')
    }

    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Cmdlets), '-o', (Join-Path $Module 'bin/private')) + $publish)
    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Loader), '-o', (Join-Path $Module 'bin')) + $publish)
    Get-ChildItem (Join-Path $Module 'bin') -Recurse -Include '*.deps.json', '*.runtimeconfig.json', '*.xml' | Remove-Item

    Copy-Item (Join-Top 'AutoRegister.*'), (Join-Top module device), (Join-Top module station) $Module -Recurse
    if ($HelpFrom) {
        Copy-Item (Join-Path $HelpFrom 'en-US') $Module -Recurse
        return
    }

    Invoke-Script (Join-Top tools Help.ps1) '-Module', $Module, '-Source', (Join-Top docs en-US)
    if ($LASTEXITCODE -ne 0) {
        throw 'The help could not be built.'
    }
}

# PowerShell as a device has it.
function Publish-Host {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Target,
        [Parameter(Mandatory, Position = 1)] [string] $Runtime
    )

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Host), '-c', 'Release', '-r', $Runtime, '-o', $Target, '-v', 'quiet')
}

function Build-Factory {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Factory), '-c', 'Release', '-o', (Join-Top out factory), '-v', 'quiet')
}

# Where the pinned Pester is, or another version that has a lock file. A package whose content is another one is refused.
function Get-PesterFolder {
    [CmdletBinding()]
    [OutputType([string])]
    param([string] $Version)

    $project = Join-Top tests support Pester AcceptancePester.csproj
    $property = @(if ($Version) { "-p:PesterVersion=$Version" })
    Invoke-Native dotnet (@('restore', $project, '--locked-mode', '-v', 'quiet') + $property) -Quiet
    Join-Path (Invoke-Native dotnet (@('msbuild', $project, '-getProperty:PkgPester') + $property)) 'tools'
}

# A program that tests or soaks use, into out/test.
function Build-TestProgram {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Project,
        [Parameter(Mandatory, Position = 1)] [string] $Name
    )

    Invoke-Native dotnet @('build', (Join-Top $Project), '-c', 'Release', '-o', (Join-Top out test $Name), '-v', 'quiet') -Quiet
}

function Build-All {
    [CmdletBinding()]
    param()

    Write-Host 'Building the host, the module and the local factory'
    # The host shares no project with the others.
    $beside = Start-ThreadJob {
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        . (Join-Path $using:PSScriptRoot Common.ps1)
        . (Join-Path $using:PSScriptRoot Build.ps1)
        Publish-Host (Join-Top out host) (Get-RuntimeIdentifier)
    }
    try {
        Build-Module
        Build-Factory
        Receive-Job $beside -Wait
    }
    finally {
        Remove-Job $beside -Force
    }
}

function Remove-BuildOutput {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Removes what the build made and can make again.')]
    [CmdletBinding()]
    param()

    foreach ($folder in Get-ChildItem (Join-Top src), (Join-Top tests) -Recurse -Directory -Include 'bin', 'obj') {
        Remove-Folder $folder
    }

    Remove-Folder (Join-Top out)
}

function Remove-Folder {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Removes what the build made and can make again.')]
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    if (Test-Path -LiteralPath $Path) {
        Remove-Item -LiteralPath $Path -Recurse -Force
    }
}
