# What every part of the build needs: paths, and native commands that fail loudly.

$Top = Split-Path -Parent $PSScriptRoot

# The program and the arguments that start another PowerShell like this one: the .NET tool is a library that dotnet runs.
$PowerShell = @([Environment]::ProcessPath)
if ((Split-Path -Leaf $PowerShell[0]) -eq 'dotnet') {
    $PowerShell += Join-Path $PSHOME 'pwsh.dll'
}

$PowerShell += '-NoLogo', '-NoProfile', '-NonInteractive'

# Runs a script in a PowerShell of its own; its output is ours, and so is $LASTEXITCODE.
function Invoke-Script {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [Parameter(Position = 1)] [AllowEmptyCollection()] [string[]] $Argument = @()
    )

    $program, $first = $PowerShell
    & $program @first -File $Path @Argument
}

function Join-Top {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, ValueFromRemainingArguments)] [string[]] $Part)

    Join-Path $Top @Part
}

# The command's output is ours; -Quiet shows it only when the command fails.
function Invoke-Native {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Command,
        [Parameter(Position = 1)] [string[]] $Argument = @(),
        [switch] $Quiet
    )

    if ($Quiet) {
        $said = & $Command @Argument 2>&1
    }
    else {
        $said = @()
        & $Command @Argument
    }

    if ($LASTEXITCODE -ne 0) {
        $said | ForEach-Object { Write-Host "$_" }
        throw "'$Command $Argument' ended with exit code $LASTEXITCODE"
    }
}

function Get-RuntimeIdentifier {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if ([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64') { 'linux-arm64' } else { 'linux-x64' }
}
