# What a build takes from elsewhere is pinned, and anything else is refused.

BeforeAll {
    . ([System.IO.Path]::GetFullPath("$PSScriptRoot/../tools/Common.ps1"))
    Import-Module "$PSScriptRoot/support/DeviceRig.psm1"

    # What MSBuild says about the host's project: everything before the first compilation.
    function Invoke-HostBuild([string[]] $Argument) {
        Invoke-RigProcess dotnet (@('msbuild', (Join-Top src AutoRegister.Host), '-nologo', '-p:RuntimeIdentifier=linux-x64') + $Argument)
    }
}

Describe 'The runtime of the payload' {
    It 'is the pinned one' {
        $run = Invoke-HostBuild '-t:ResolveFrameworkReferences', '-getProperty:RuntimePatch', '-getItem:PayloadRuntime'
        $found = $run.Output | ConvertFrom-Json
        $found.Items.PayloadRuntime.Identity | Should -Be $found.Properties.RuntimePatch
    }

    It 'is refused when something chooses an older one' {
        $run = Invoke-HostBuild '-t:ResolveFrameworkReferences', '-p:RuntimeFrameworkVersion=10.0.0'
        $run.ExitCode | Should -Not -Be 0
        $run.Output | Should -Match 'would get the \.NET runtime 10\.0\.0, and [\d.]+ is pinned'
    }

    It 'is refused when the SDK knows a newer one than is pinned' {
        $run = Invoke-HostBuild '-t:ResolveFrameworkReferences', '-p:BundledNETCoreAppPackageVersion=10.0.999'
        $run.ExitCode | Should -Not -Be 0
        $run.Output | Should -Match "is older than this SDK's 10\.0\.999\. Raise RuntimePatch"
    }

    It 'is refused, like all that is downloaded beside it, when a package has other bytes' {
        $other = Join-Path $TestDrive other.targets
        Set-Content $other '<Project><ItemGroup><PinnedDownload Include="PowerShell" Version="$(EngineVersion)" ContentHash="AAAA" /></ItemGroup></Project>'
        $run = Invoke-HostBuild '-t:RefuseOtherDownloads', "-p:CustomAfterMicrosoftCommonTargets=$other"
        $run.ExitCode | Should -Not -Be 0
        $run.Output | Should -Match 'The package PowerShell [\d.]+ is not the pinned one'
    }
}

Describe 'A restore' {
    It 'has a lock file for every project' {
        $projects = (Invoke-RigChecked git @('-C', $Top, 'ls-files', '*.csproj')).Lines
        foreach ($project in $projects) {
            $folder = Join-Top (Split-Path $project)
            @(Get-ChildItem $folder -Filter '*lock.json').Count | Should -BeGreaterThan 0 -Because $project
        }
    }

    It 'is refused when a package is not the one in the lock file' {
        # A copy of the loader's project, which is the smallest, with a package that the lock file does not have.
        $copy = Join-Path $TestDrive restore
        $null = New-Item -ItemType Directory "$copy/src/AutoRegister.Loader"
        Copy-Item (Join-Top Directory.Build.props), (Join-Top Directory.Build.targets), (Join-Top Directory.Packages.props), (Join-Top NuGet.Config), (Join-Top AutoRegister.psd1) $copy
        $project = "$copy/src/AutoRegister.Loader/AutoRegister.Loader.csproj"
        Copy-Item (Join-Top src AutoRegister.Loader packages.lock.json) (Split-Path $project)
        (Get-Content -Raw (Join-Top src AutoRegister.Loader AutoRegister.Loader.csproj)).Replace('</Project>', '<ItemGroup><PackageReference Include="Tomlyn" /></ItemGroup></Project>') | Set-Content $project
        $run = Invoke-RigProcess dotnet @('restore', $project)
        $run.ExitCode | Should -Not -Be 0
        $run.Output | Should -Match 'NU1004'
    }

    It 'knows one source, the public default, and which packages it may serve' {
        $config = [xml] (Get-Content -Raw (Join-Top NuGet.Config))
        $config.SelectSingleNode('/configuration/packageSources/*[1]').Name | Should -Be 'clear'
        @($config.configuration.packageSources.add.value) | Should -Be 'https://api.nuget.org/v3/index.json'
        @($config.configuration.packageSourceMapping.packageSource.package.pattern) | Should -Not -Contain '*'
    }
}
