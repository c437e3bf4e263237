# The commands of a guide in docs. A test that runs one asks for it here by its text, so that neither can change without the other;
# tests/Guide.Tests.ps1 sees to it that every one is asked for.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# All of them, or the one that begins with this text: what stands on lines of its own, deeper ones continuing them, and what a sentence
# tells to type.
function Get-GuideCommand {
    [CmdletBinding()]
    [OutputType([string], [object[]])]
    param(
        [Parameter(Position = 0)] [string] $Text = '',
        [ValidateSet('first-boot', 'install', 'local-factory', 'line-engineer', 'factory-server')] [string] $Guide = 'first-boot',
        # What a test has in the place of the guide's folders, names and ports, which must be in the command.
        [System.Collections.IDictionary] $Instead = @{}
    )

    $file = Convert-Path "$PSScriptRoot/../../docs/$Guide.md"
    # What is fenced is shown, not typed.
    $markdown = (Get-Content $file -Raw) -replace '(?ms)^```.*?^```$'
    $all = foreach ($match in [regex]::Matches($markdown, '(?m)^    (\S.*(?:\n {8}.*)*)$|(?s)(?<!`)`((?:systemctl|systemd-analyze|dpkg) [^`]+)`')) {
        ($match.Groups[1].Value + $match.Groups[2].Value) -replace '\s+', ' '
    }

    $all = @($all | Select-Object -Unique)
    if (-not $Text) {
        return $all
    }

    $found = @($all -ceq $Text)
    if (-not $found) {
        $found = @($all | Where-Object { $_.StartsWith($Text, [StringComparison]::Ordinal) })
    }

    if ($found.Count -ne 1) {
        throw "$file has no command '$Text', or several that begin so"
    }

    $command = $found[0]
    foreach ($part in $Instead.Keys) {
        if (-not $command.Contains($part)) {
            throw "'$command' of $file has no '$part'"
        }

        $command = $command.Replace($part, $Instead[$part])
    }

    $command
}

Export-ModuleMember -Function '*-Guide*'
