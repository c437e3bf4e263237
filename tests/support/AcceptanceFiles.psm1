# Which files a run is about.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# Full paths, in a stable order; a path that leads nowhere is an error.
function Get-AcceptanceFile {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [AllowNull()] [AllowEmptyCollection()] [string[]] $Path)

    if ($null -eq $Path -or $Path.Count -eq 0) {
        $Path = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
    }

    foreach ($pattern in $Path) {
        $provider = $null
        foreach ($found in $PSCmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath($pattern, [ref]$provider)) {
            if (-not [System.IO.Directory]::Exists($found)) {
                $found
                continue
            }

            $files = [System.IO.Directory]::GetFiles($found, '*.Tests.ps1')
            [System.Array]::Sort($files, [System.StringComparer]::Ordinal)
            $files
        }
    }
}

Export-ModuleMember -Function 'Get-AcceptanceFile'
