# Builds what is shipped: the module with its private folder, the host, the local factory.

function Build-Module {
    [CmdletBinding()]
    param()

    # ReadyToRun code is for this machine's architecture, and the runtime of another refuses to load it.
    Publish-Module (Join-Top out module AutoRegister) (Get-RuntimeIdentifier)
}

# The module's folder; without a runtime identifier it has no code that is compiled ahead of time.
function Publish-Module {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Module,
        [Parameter(Position = 1)] [string] $Runtime = '',
        # A built module whose help is copied: help is made by loading a module, and another architecture's cannot be loaded.
        [string] $HelpFrom = ''
    )

    if ([System.IO.Directory]::Exists($Module)) {
        [System.IO.Directory]::Delete($Module, $true)
    }

    $publish = @('-c', 'Release', '-v', 'quiet')
    if ($Runtime) {
        $publish += @('-r', $Runtime, '--self-contained', 'false', '-p:PublishReadyToRun=true')
    }

    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Cmdlets), '-o', [System.IO.Path]::Combine($Module, 'bin', 'private')) + $publish)
    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Loader), '-o', [System.IO.Path]::Combine($Module, 'bin')) + $publish)

    Copy-Folder (Join-Top module) $Module
    # The layer is for the machine that builds images.
    [System.IO.Directory]::Delete([System.IO.Path]::Combine($Module, 'yocto'), $true)
    [System.IO.File]::Copy((Join-Top AutoRegister.psd1), [System.IO.Path]::Combine($Module, 'AutoRegister.psd1'), $true)
    foreach ($pattern in '*.deps.json', '*.runtimeconfig.json', '*.xml') {
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($Module, 'bin'), $pattern, 'AllDirectories')) {
            [System.IO.File]::Delete($file)
        }
    }

    if ($HelpFrom) {
        Copy-Folder ([System.IO.Path]::Combine($HelpFrom, 'en-US')) ([System.IO.Path]::Combine($Module, 'en-US'))
        return
    }

    Invoke-Script (Join-Top tools Help.ps1) '-Module', $Module, '-Source', (Join-Top docs en-US)
    if ($LASTEXITCODE -ne 0) {
        throw 'The help could not be built.'
    }
}

function Build-Host {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Host), '-c', 'Release', '-r', (Get-RuntimeIdentifier), '-o', (Join-Top out host), '-v', 'quiet')
}

# The host as a device has it: compiled as one with the framework.
function Publish-DeviceHost {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Target,
        [Parameter(Mandatory, Position = 1)] [string] $Runtime
    )

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Host), '-c', 'Release', '-r', $Runtime, '-o', $Target, '-v', 'quiet', '-p:PublishReadyToRunComposite=true')
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

function Build-CrashRig {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('build', (Join-Top tests CrashRig), '-c', 'Release', '-o', (Join-Top out test crash-rig), '-v', 'quiet') -Quiet
}

function Build-FaultServer {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('build', (Join-Top tests support FaultServer), '-c', 'Release', '-o', (Join-Top out test fault-server), '-v', 'quiet') -Quiet
}

function Build-All {
    [CmdletBinding()]
    param()

    Write-Line 'Building the host, the module and the local factory'
    Build-Host
    Build-Module
    Build-Factory
}

function Copy-Folder {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Source,
        [Parameter(Mandatory)] [string] $Target
    )

    foreach ($file in [System.IO.Directory]::GetFiles($Source, '*', 'AllDirectories')) {
        $copy = [System.IO.Path]::Combine($Target, [System.IO.Path]::GetRelativePath($Source, $file))
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
        [System.IO.File]::Copy($file, $copy, $true)
    }
}

function Remove-BuildOutput {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Removes what the build made and can make again.')]
    [CmdletBinding()]
    param()

    foreach ($name in 'bin', 'obj') {
        foreach ($tree in 'src', 'tests') {
            foreach ($folder in [System.IO.Directory]::GetDirectories((Join-Top $tree), $name, 'AllDirectories')) {
                if ([System.IO.Directory]::Exists($folder)) {
                    [System.IO.Directory]::Delete($folder, $true)
                }
            }
        }
    }

    if ([System.IO.Directory]::Exists($Out)) {
        [System.IO.Directory]::Delete($Out, $true)
    }
}
