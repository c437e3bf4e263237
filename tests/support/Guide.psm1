# The commands of the guide docs/first-boot.md. A test that runs one asks for it here by its text, so that neither can change
# without the other; tests/Guide.Tests.ps1 sees to it that every one is asked for.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Guide = Convert-Path "$PSScriptRoot/../../docs/first-boot.md"

# All of them, or the one with this text: what stands on lines of its own, and what a sentence tells to type.
function Get-GuideCommand {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Position = 0)] [string] $Text = '')

    $markdown = Get-Content $Guide -Raw
    $all = foreach ($match in [regex]::Matches($markdown, '(?m)^    (\S.*)$|(?s)(?<!`)`((?:systemctl|systemd-analyze|dpkg|apt|\./build\.sh) [^`]+)`')) {
        ($match.Groups[1].Value + $match.Groups[2].Value) -replace '\s+', ' '
    }

    $found = @($all | Where-Object { -not $Text -or $_ -ceq $Text })
    if ($found.Count -eq 0) {
        throw "$Guide has no command '$Text'"
    }

    $found | Select-Object -Unique
}

Export-ModuleMember -Function '*-Guide*'
