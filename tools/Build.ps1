# Builds what is shipped: the module with its private folder, the host, the local factory.

function Build-Module {
    [CmdletBinding()]
    param()

    $module = Join-Top out module AutoRegister
    if ([System.IO.Directory]::Exists($module)) {
        [System.IO.Directory]::Delete($module, $true)
    }

    # ReadyToRun code is for this machine's architecture; elsewhere the same files run and are compiled as they run.
    $publish = @('-c', 'Release', '-r', (Get-RuntimeIdentifier), '--self-contained', 'false', '-p:PublishReadyToRun=true', '-v', 'quiet')
    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Cmdlets), '-o', [System.IO.Path]::Combine($module, 'bin', 'private')) + $publish)
    Invoke-Native dotnet (@('publish', (Join-Top src AutoRegister.Loader), '-o', [System.IO.Path]::Combine($module, 'bin')) + $publish)

    Copy-Folder (Join-Top module) $module
    [System.IO.File]::Copy((Join-Top AutoRegister.psd1), [System.IO.Path]::Combine($module, 'AutoRegister.psd1'), $true)
    foreach ($pattern in '*.deps.json', '*.runtimeconfig.json', '*.xml') {
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($module, 'bin'), $pattern, 'AllDirectories')) {
            [System.IO.File]::Delete($file)
        }
    }

    Invoke-Native ([Environment]::ProcessPath) @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Top tools Help.ps1), '-Module', $module, '-Source', (Join-Top docs en-US))
}

function Build-Host {
    [CmdletBinding()]
    param()

    $target = Join-Top out host
    if ([System.IO.Path]::GetFullPath($PSHOME).TrimEnd('/') -eq $target) {
        # This very process runs from there, and build.sh has just built it.
        return
    }

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Host), '-c', 'Release', '-r', (Get-RuntimeIdentifier), '-o', $target, '-v', 'quiet')
}

function Build-Factory {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('publish', (Join-Top src AutoRegister.Factory), '-c', 'Release', '-o', (Join-Top out factory), '-v', 'quiet')
}

function Build-CrashRig {
    [CmdletBinding()]
    param()

    Invoke-Native dotnet @('build', (Join-Top tests CrashRig), '-c', 'Release', '-o', (Join-Top out test crash-rig), '-v', 'quiet')
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
