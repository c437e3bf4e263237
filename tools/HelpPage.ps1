# Reads the Markdown of a help page.

# The text below each heading of a level, by heading, in order.
function Split-Heading {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory)] [int] $Level
    )

    $found = [ordered]@{}
    $heading = $null
    $lines = [System.Collections.Generic.List[string]]::new()
    $inCode = $false
    foreach ($line in $Text.Split("`n")) {
        if ($line.StartsWith('```')) {
            $inCode = -not $inCode
        }

        if (-not $inCode -and $line -match "^#{$Level} (.+)$") {
            if ($heading) {
                $found[$heading] = ($lines -join "`n").Trim()
            }

            $heading = $Matches[1].Trim()
            $lines.Clear()
        }
        else {
            $lines.Add($line)
        }
    }

    if ($heading) {
        $found[$heading] = ($lines -join "`n").Trim()
    }

    $found
}

# A page: its sections, the examples as code and remarks, the parameters by name.
function Read-HelpPage {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Path)

    $section = Split-Heading -Text (Get-Content -LiteralPath $Path -Raw) -Level 2
    foreach ($needed in 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS') {
        if (-not $section.Contains($needed) -or -not $section[$needed]) {
            throw "${Path}: the section $needed is missing or empty."
        }
    }

    $examples = foreach ($entry in (Split-Heading -Text $section['EXAMPLES'] -Level 3).GetEnumerator()) {
        $match = [regex]::Match($entry.Value, '(?s)^(?<before>.*?)```powershell\n(?<code>.*?)\n```(?<after>.*)$')
        if (-not $match.Success) {
            throw "${Path}: the example '$($entry.Key)' has no code."
        }

        @{ Title = $entry.Key; Code = $match.Groups['code'].Value; Remarks = "$($match.Groups['before'].Value)`n$($match.Groups['after'].Value)".Trim() }
    }

    $parameters = [ordered]@{}
    foreach ($entry in (Split-Heading -Text $section['PARAMETERS'] -Level 3).GetEnumerator()) {
        $parameters[$entry.Key.TrimStart('-')] = $entry.Value
    }

    @{
        Path = $Path; Section = $section; Examples = @($examples); Parameters = $parameters
        Inputs = Split-Heading -Text $section['INPUTS'] -Level 3
        Outputs = Split-Heading -Text $section['OUTPUTS'] -Level 3
    }
}

# Text for a terminal: no link targets, no emphasis, no code marks.
function ConvertTo-PlainText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Markdown)

    (($Markdown -replace '\[([^\]]+)\]\([^)]+\)', '$1') -replace '\*\*([^*]+)\*\*', '$1') -replace '`([^`]+)`', '$1'
}

function ConvertTo-AboutText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Markdown)

    $inCode = $false
    $lines = foreach ($line in $Markdown.TrimEnd().Split("`n")) {
        if ($line.StartsWith('```')) {
            $inCode = -not $inCode
        }
        elseif ($inCode) {
            "        $line".TrimEnd()
        }
        elseif ($line -match '^# (.+)$') {
            "TOPIC`n    $($Matches[1])"
        }
        elseif ($line -match '^## (.+)$') {
            $Matches[1].ToUpperInvariant()
        }
        elseif ($line -match '^### (.+)$') {
            "  $($Matches[1])"
        }
        else {
            "    $(ConvertTo-PlainText -Markdown $line)".TrimEnd()
        }
    }

    ($lines -join "`n") + "`n"
}
