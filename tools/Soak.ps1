# Long tests, each by its name.

# Every point of a registration, with a software key and with SoftHSM2.
function Invoke-CrashSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    Build-TestProgram tests/CrashRig crash-rig
    $rig = Join-Top out test crash-rig crash-rig
    $failed = 0
    foreach ($key in @{ Option = @(); Step = 5 }, @{ Option = '--module', (Get-TestingTool)['softhsm2']; Step = 11 }) {
        $option = $key.Option
        # Killed at every call; then with each fsync failing in turn; then told to end: SIGTERM, SIGINT, SIGHUP. What a signal leaves is
        # less than what a kill does, so these come at some calls, each at others.
        foreach ($way in @(), @('--fault', 'fsync')) {
            & $rig sweep --out (Join-Top out) @option @way | Out-Host
            $failed += [int] ($LASTEXITCODE -ne 0)
        }

        foreach ($signal in 15, 2, 1) {
            & $rig sweep --out (Join-Top out) @option --signal $signal --every $key.Step --from ($signal % $key.Step + 1) | Out-Host
            $failed += [int] ($LASTEXITCODE -ne 0)
        }
    }

    $failed
}

# Power cuts, 0 to 40 s after success.
function Invoke-PowerCutSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    Import-Module (Join-Top tests support DeviceRig.psm1)
    Import-Module (Join-Top tests support PowerCut.psm1)
    $work = [System.IO.Directory]::CreateTempSubdirectory('powercut-').FullName
    $reason = Test-PowerCut $work
    if ($reason) {
        Write-Host "skipped: $reason"
        return 0
    }

    $failed = 0
    $factory = Start-RigFactory -Path "$work/factory"
    try {
        foreach ($token in $false, $true) {
            foreach ($seconds in 0, 0.1, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 40) {
                $problem = Get-PowerCutProblem -Factory $factory -Path "$work/$token-$seconds" -Seconds $seconds -Token:$token
                Write-Host "power cut $seconds s after success, $(if ($token) { 'token' } else { 'software key' }): $(if ($problem) { "FAILED: $problem" } else { 'the identity survives' })"
                $failed += [int] [bool] $problem
            }
        }
    }
    finally {
        Stop-RigFactory $factory
        Remove-Folder $work
    }

    $failed
}

# Networks that fail for a while, all at once: how long after their return is each device registered?
function Invoke-NetworkSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    Build-TestProgram tests/support/FaultServer fault-server
    Invoke-Script (Join-Top tests soak network.ps1) | Out-Host
    $LASTEXITCODE
}

# A device's first boot in a real systemd, in a container.
function Invoke-FirstBootSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param([string[]] $Argument = @())

    Install-DebianPackage (Get-ContainerTool)
    Install-DebianPackage (Get-PackagingTool)
    # Packages that are older than a source are not this tree's.
    $packed = Join-Top out package SHA256SUMS
    $sources = 'src', 'module', 'tools', 'docs/en-US', 'AutoRegister.*' | ForEach-Object { Join-Top $_ }
    if (-not (Test-Path $packed) -or (find (Resolve-Path $sources) -type f -not -path '*/obj/*' -not -path '*/bin/*' -newer $packed -print -quit)) {
        Import-Module (Join-Top tests support Guide.psm1)
        Invoke-Native sh @('-c', "cd '$Top' && $(Get-GuideCommand './build.sh package')")
    }

    Build-TestProgram tests/support/FaultServer fault-server
    Build-TestProgram tests/support/ConnectProxy connect-proxy
    . (Join-Path $PSScriptRoot 'Test.ps1')
    $script = Join-Top tests soak firstboot.ps1
    if ($Argument.Count -gt 0) {
        return (Invoke-CountedScript $script $Argument).failed
    }

    $counts = @(Invoke-CountedScript $script)
    # Emulated, and therefore once: what differs is the processor.
    $counts += Invoke-CountedScript $script @('-PowerCuts', '0', '-Only', 'first boot, as the documentation', '-Runtime', 'linux-arm64')
    Show-Count $counts
}

# A factory line whose station and factory are killed at random moments.
function Invoke-LineSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param([string[]] $Argument = @())

    Invoke-Script (Join-Top tests soak line.ps1) $Argument | Out-Host
    $LASTEXITCODE
}

# Factory servers that are killed at random moments under load.
function Invoke-FactorySoak {
    [CmdletBinding()]
    [OutputType([int])]
    param([string[]] $Argument = @())

    Install-DebianPackage (Get-ServerTool)
    Invoke-Script (Join-Top tests soak factory.ps1) $Argument | Out-Host
    $LASTEXITCODE
}

# The factory server's package in a real systemd, in a container.
function Invoke-FactoryBootSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    Install-DebianPackage (Get-ContainerTool)
    Install-DebianPackage (Get-PackagingTool)
    . (Join-Path $PSScriptRoot 'Package.ps1')
    $null = New-Item -ItemType Directory $Package -Force
    Publish-FactoryPackage linux-x64
    Invoke-Script (Join-Top tests soak factoryboot.ps1) | Out-Host
    $LASTEXITCODE
}

# The same sources, packed twice.
function Invoke-ReproducibleSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    Invoke-Script (Join-Top tests soak reproducible.ps1) | Out-Host
    $LASTEXITCODE
}

# The acceptance tests as they are, under the oldest Pester that they are for.
function Invoke-PesterSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param()

    . (Join-Path $PSScriptRoot 'Test.ps1')
    Install-DebianPackage (Get-TestingTool -AllModules)
    Build-TestTool
    $counts = @(Invoke-Acceptance (Get-PesterFolder -Version '5.9.1'))
    Show-Count $counts
}

# The core with one thing broken, again and again: which of it do its tests notice? Folders of the core may be named.
function Invoke-MutationSoak {
    [CmdletBinding()]
    [OutputType([int])]
    param([string[]] $Folder = @())

    # A mutant is a run of its own. So what takes long is left out, and the mutants of a folder meet that folder's tests, and those that
    # go the whole way.
    $filter = 'Takes!=long'
    $chosen = @($Folder | ForEach-Object { '--mutate', "**/$_/**/*.cs" })
    if ($Folder) {
        $own = $Folder + 'NothingLost' | ForEach-Object { "FullyQualifiedName~AutoRegister.Core.Tests.$_" }
        $filter = "($($own -join '|'))&$filter"
    }

    $chosen += '--test-case-filter', $filter
    & sh -c 'cd "$0" && dotnet tool restore && exec dotnet stryker --skip-version-check "$@"' (Join-Top tests AutoRegister.Core.Tests) @chosen | Out-Host
    $LASTEXITCODE
}

function Invoke-Soak {
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Name,
        [Parameter(Position = 1)] [AllowEmptyCollection()] [string[]] $Argument = @()
    )

    Install-DebianPackage
    Build-All
    switch ($Name) {
        'crash' { Invoke-CrashSoak }
        'powercut' { Invoke-PowerCutSoak }
        'network' { Invoke-NetworkSoak }
        'firstboot' { Invoke-FirstBootSoak $Argument }
        'line' { Invoke-LineSoak $Argument }
        'factory' { Invoke-FactorySoak $Argument }
        'factoryboot' { Invoke-FactoryBootSoak }
        'pester' { Invoke-PesterSoak }
        'reproducible' { Invoke-ReproducibleSoak }
        'mutation' { Invoke-MutationSoak $Argument }
    }
}
